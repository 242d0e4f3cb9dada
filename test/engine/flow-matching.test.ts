// v3, v4 and a LoRA through the public API: small random weights in the public project's own file formats.
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  GptSovits,
  type GptSovitsConfig,
  MissingBaseError,
  MissingModelError,
  WrongModelError
} from '../../lib/index.js'
import { packageRoot } from '../../lib/package-root.cjs'
import { unpackCheckpoints } from '../parity/voices.js'
import { reference, scratch, tiny } from './voice.js'

const folder = scratch()
const checkpoints = join(folder, 'checkpoints')
const pretrained = join(checkpoints, 'GPT_SoVITS', 'pretrained_models')
const v4 = join(pretrained, 'gsv-v4-pretrained')
const shared = { gpt: tiny.gpt, hubert: join(checkpoints, 'chinese-hubert-base'), cacheDir: join(folder, 'cache') }
const bigvgan = join(pretrained, 'models--nvidia--bigvgan_v2_24khz_100band_256x')
const voices = {
  v3: { ...shared, sovits: join(checkpoints, 'voice_v3.pth'), vocoder: bigvgan },
  v4: { ...shared, sovits: join(v4, 's2Gv4.pth'), vocoder: join(v4, 'vocoder.pth') },
  lora: {
    ...shared,
    sovits: join(checkpoints, 'voice_v4_lora.pth'),
    base: join(v4, 's2Gv4.pth'),
    vocoder: join(v4, 'vocoder.pth')
  }
} as const satisfies Record<string, GptSovitsConfig>
const options = { seed: 5, maxTokens: 20, sampleSteps: 4 } as const

beforeAll(() => {
  const goldens = join(packageRoot, 'test', 'fixtures', 'goldens')
  unpackCheckpoints(join(goldens, 'v3v4', 'checkpoints'), checkpoints)
  unpackCheckpoints(join(goldens, 'core', 'checkpoints'), checkpoints) // its HuBERT has the width that these voices need
})

async function refusal(config: GptSovitsConfig): Promise<Error> {
  await using tts = new GptSovits(config)
  return await tts.ready.then(
    () => new Error('it was loaded'),
    (error: unknown) => error as Error
  )
}

describe.each([
  ['v3', 24000],
  ['v4', 48000]
] as const)('a %s voice', (version, sampleRate) => {
  let tts: GptSovits
  beforeAll(() => {
    tts = new GptSovits(voices[version])
  })
  afterAll(() => tts.dispose())

  it('speaks at the rate of its vocoder, the same for the same seed', async () => {
    expect(await tts.ready).toMatchObject({ version, sampleRate })
    const [first, second] = [
      await tts.synthesize('Hello.', reference, options),
      await tts.synthesize('Hello.', reference, options)
    ]
    expect(first.sampleRate).toBe(sampleRate)
    expect(first.samples).toEqual(second.samples)
    expect(first.samples.some((sample) => sample !== 0)).toBe(true)
    const other = await tts.synthesize('Hello.', reference, { ...options, seed: 6 })
    expect(other.samples).not.toEqual(first.samples)
  })

  it('changes its tempo', async () => {
    const [plain, fast] = [
      await tts.synthesize('Hello.', reference, { ...options, pause: 0 }),
      await tts.synthesize('Hello.', reference, { ...options, pause: 0, speed: 2 })
    ]
    expect(fast.duration / plain.duration).toBeGreaterThan(0.45)
    expect(fast.duration / plain.duration).toBeLessThan(0.6)
  })

  it('takes as many steps as asked, and paints chunks apart when asked', async () => {
    const say = (more: object) => tts.synthesize('Hello.', reference, { ...options, ...more })
    const [four, eight, standard] = [
      await say({}),
      await say({ sampleSteps: 8 }),
      await say({ sampleSteps: undefined })
    ]
    expect(eight.samples).not.toEqual(four.samples)
    expect(eight.samples).toEqual(standard.samples)
    const apart = await say({ melChunks: 'overlapped' })
    expect(apart.samples.length).toBe(four.samples.length)
    expect(apart.samples).not.toEqual(four.samples)
  })

  it('refuses a reference without its text', async () => {
    await expect(tts.synthesize('Hello.', { audio: reference.audio }, options)).rejects.toMatchObject({
      code: 'ERR_GSV_REFERENCE_TEXT'
    })
  })

  it('stops when it is told to', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const stop = setTimeout(() => controller.abort(reason), 50)
    const long = { maxTokens: 200, sampleSteps: 128, signal: controller.signal }
    await expect(tts.synthesize('Hello, this is a longer sentence', reference, long)).rejects.toBe(reason)
    clearTimeout(stop)
    expect((await tts.synthesize('Hello.', reference, options)).samples.length).toBeGreaterThan(0)
  })

  it('names the vocoder when there is none, and where it is published', async () => {
    const error = await refusal({ ...voices[version], vocoder: undefined })
    expect(error).toBeInstanceOf(MissingModelError)
    expect(error.message).toContain('`vocoder` is missing')
    expect(error.message).toContain('lj1995/GPT-SoVITS')
  })

  it('refuses the vocoder of the other version', async () => {
    const other = version === 'v3' ? voices.v4.vocoder : join(bigvgan, 'bigvgan_generator.pt')
    expect(await refusal({ ...voices[version], vocoder: other })).toBeInstanceOf(WrongModelError)
  })
})

describe('a LoRA voice', () => {
  it('speaks otherwise than its base, and leaves the base as it was', async () => {
    const speak = async (config: GptSovitsConfig) => {
      await using tts = new GptSovits(config)
      return (await tts.synthesize('Hello.', reference, options)).samples
    }
    const before = await speak(voices.v4)
    const merged = await speak(voices.lora)
    expect(merged.length).toBe(before.length)
    expect(merged).not.toEqual(before)
    expect(await speak(voices.v4)).toEqual(before)
  })

  it('names its base when there is none, and where it is published', async () => {
    const error = await refusal({ ...voices.lora, base: undefined })
    expect(error).toBeInstanceOf(MissingBaseError)
    expect(error.message).toContain('s2Gv4.pth')
  })

  it('refuses a base of another version', async () => {
    const error = await refusal({ ...voices.lora, base: voices.v3.sovits })
    expect(error).toBeInstanceOf(WrongModelError)
    expect(error.message).toContain('s2Gv4.pth')
  })
})
