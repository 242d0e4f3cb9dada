import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { GptSovits } from '../../lib/index.js'
import { reference, scratch, tiny } from './voice.js'

const cacheDir = scratch()
const tts = new GptSovits({ ...tiny, cacheDir })
afterAll(() => tts.dispose())

// GSV_CANCELS=200 for a longer look.
const cancels = Number(process.env['GSV_CANCELS'] ?? 40)
const text = 'This is a longer text. It has several sentences. Each takes a while. And then there is one more.'

function quantile(values: number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(share * (values.length - 1))] as number
}

describe('cancelling', () => {
  it('settles at any moment within 250 ms, and the next synthesis is right', async () => {
    const prepared = await tts.prepare(reference)
    const expected = await tts.synthesize('The next one.', prepared, { seed: 1 })
    const whole = performance.now()
    await tts.synthesize(text, prepared, { seed: 2 })
    const duration = performance.now() - whole
    const delays: number[] = []
    // A call that ends before its moment comes does not count; how many do depends on what else the machine does.
    for (let i = 0; delays.length < cancels && i < 10 * cancels; i++) {
      const controller = new AbortController()
      const call = tts
        .synthesize(text, prepared, { seed: 2, signal: controller.signal })
        .catch((error: Error) => error.name)
      let aborted = 0
      // A moment that no schedule knows: spread over the length of the whole call.
      const moment = (duration * ((i * 17) % 40)) / 40
      const timer = setTimeout(() => {
        aborted = performance.now()
        controller.abort()
      }, moment)
      const outcome = await call
      clearTimeout(timer)
      if (outcome === 'AbortError') delays.push(performance.now() - aborted)
    }
    expect(delays.length).toBe(cancels)
    expect(quantile(delays, 0.99)).toBeLessThan(250)
    expect((await tts.synthesize('The next one.', prepared, { seed: 1 })).samples).toEqual(expected.samples)
  })

  it("rejects with the caller's own reason", async () => {
    const controller = new AbortController()
    const reason = new Error('changed my mind')
    controller.abort(reason)
    await expect(tts.synthesize(text, reference, { signal: controller.signal })).rejects.toBe(reason)
  })

  it('leaves the engine free when a loop over a stream is left', async () => {
    for await (const chunk of tts.stream(text, reference, { seed: 1 })) {
      expect(chunk.sentence).toBe(0)
      break
    }
    const speech = await tts.synthesize('Still here.', reference, { seed: 1 })
    expect(speech.duration).toBeGreaterThan(0)
  })
})

describe('dispose', () => {
  it('rejects what runs and what comes later with a DisposedError', async () => {
    const other = new GptSovits({ ...tiny, cacheDir })
    const running = other.synthesize(text, reference)
    await other.dispose()
    await expect(running).rejects.toMatchObject({ code: 'ERR_GSV_DISPOSED' })
    await expect(other.synthesize(text, reference)).rejects.toMatchObject({ code: 'ERR_GSV_DISPOSED' })
    await other.dispose()
  })
})

describe('a voice that cannot load', () => {
  it('says so in ready and in every call, not before', async () => {
    const broken = new GptSovits({ ...tiny, gpt: join(cacheDir, 'absent.ckpt'), cacheDir })
    await expect(broken.ready).rejects.toMatchObject({ code: 'ERR_GSV_FILE' })
    await expect(broken.synthesize(text, reference)).rejects.toMatchObject({ code: 'ERR_GSV_FILE' })
  })

  it('names a SoVITS file given as the GPT one for what it is', async () => {
    const swapped = new GptSovits({ ...tiny, gpt: tiny.sovits, sovits: tiny.gpt, cacheDir })
    await expect(swapped.ready).rejects.toMatchObject({ code: 'ERR_GSV_WRONG_MODEL' })
  })

  it('names the folder that every voice needs', async () => {
    const { gpt, sovits } = tiny
    await expect(new GptSovits({ gpt, sovits, cacheDir }).ready).rejects.toMatchObject({
      code: 'ERR_GSV_MISSING_MODEL'
    })
  })
})
