import { afterEach, describe, expect, it } from 'vitest'
import { GptSovits, type GptSovitsConfig } from '../../lib/index.js'
import { reference, scratch, tiny } from './voice.js'

const cacheDir = scratch()
const open: GptSovits[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((tts) => tts.dispose()))
})

function voice(config: Partial<GptSovitsConfig> = {}): GptSovits {
  const tts = new GptSovits({ ...tiny, cacheDir, threads: 1, ...config })
  open.push(tts)
  return tts
}

describe('maxMemory', () => {
  it('refuses a voice that does not fit, with the numbers, and one that no longer fits beside another', async () => {
    await expect(voice({ maxMemory: 2 ** 20 }).ready).rejects.toMatchObject({
      code: 'ERR_GSV_INSUFFICIENT_MEMORY',
      message: expect.stringMatching(/needs \d+ MB and loaded voices hold 0 MB; maxMemory is 2 MB/) as string
    })
    const first = await voice().ready
    // HuBERT is shared, so two voices are less than twice one.
    await expect(voice({ maxMemory: 2 * first.bytes }).ready).resolves.toBeDefined()
    await expect(voice({ maxMemory: 2 * first.bytes }).ready).rejects.toMatchObject({
      code: 'ERR_GSV_INSUFFICIENT_MEMORY'
    })
  })

  it('refuses a sentence that can never fit, and lets others wait for room', async () => {
    const { bytes } = await voice().ready
    await Promise.all(open.splice(0).map((tts) => tts.dispose()))
    // A position holds 256 bytes (2 layers of 32 keys and values in half), a sentence about 125 positions and its tokens:
    // there is room for one of 100 tokens at a time, not for two, and never for one of 1500.
    const tts = voice({ maxMemory: bytes + 100_000 })
    await expect(tts.synthesize('One.', reference, { maxTokens: 1500 })).rejects.toMatchObject({
      code: 'ERR_GSV_INSUFFICIENT_MEMORY',
      message: expect.stringContaining('maxTokens') as string
    })
    const texts = ['One.', 'Two.', 'Three.', 'Four.']
    const all = await Promise.all(texts.map((text) => tts.synthesize(text, reference, { seed: 1, maxTokens: 100 })))
    const roomy = voice()
    for (const [i, text] of texts.entries()) {
      const alone = await roomy.synthesize(text, reference, { seed: 1, maxTokens: 100 })
      expect(all[i]?.samples).toEqual(alone.samples)
    }
  })

  it('must be a number of bytes', () => {
    expect(() => voice({ maxMemory: 1 })).toThrow(/maxMemory is 1; it must be an integer from 1048576/)
    expect(() => voice({ keepLoaded: 1 as never })).toThrow(/true or false for keepLoaded/)
  })
})

describe('keepLoaded', () => {
  it('gives networks back that are loaded again when they are needed', async () => {
    const tts = voice({ keepLoaded: false })
    const heard = await tts.synthesize('One.', reference, { seed: 1, maxTokens: 12 })
    await new Promise((resolve) => setTimeout(resolve, 1500)) // they are given back after a second
    const trimmed = { ...reference, refTrim: 'auto' } as const
    await tts.synthesize('One.', trimmed, { seed: 1, maxTokens: 12 })
    expect((await tts.synthesize('One.', reference, { seed: 1, maxTokens: 12 })).samples).toEqual(heard.samples)
  })
})
