// Super-sampling of v3 by a small AP-BWE model with random weights, against what the public project's own code makes of
// it (test/fixtures/super-sampler/make.py).
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  exportVoice,
  GptSovits,
  type GptSovitsConfig,
  importVoice,
  MissingModelError,
  OptionRangeError,
  OptionTypeError,
  UnsupportedConfigError,
  WrongModelError
} from '../../lib/index.js'
import { packageRoot } from '../../lib/package-root.cjs'
import { Report } from '../parity/report.js'
import { floats, need, readSafetensors } from '../parity/safetensors.js'
import { ProbedVoice, unpackCheckpoints } from '../parity/voices.js'
import { reference, scratch, tiny } from './voice.js'

const superSampler = join(packageRoot, 'test', 'fixtures', 'super-sampler')
const folder = scratch()
const checkpoints = join(folder, 'checkpoints')
const pretrained = join(checkpoints, 'GPT_SoVITS', 'pretrained_models')
const sources = {
  gpt: tiny.gpt,
  sovits: join(checkpoints, 'voice_v3.pth'),
  hubert: join(checkpoints, 'chinese-hubert-base'),
  vocoder: join(pretrained, 'models--nvidia--bigvgan_v2_24khz_100band_256x')
}
const v3: GptSovitsConfig = { ...sources, cacheDir: join(folder, 'cache') }
const options = { seed: 5, maxTokens: 20, sampleSteps: 4, pause: 0.1 } as const

beforeAll(() => {
  const goldens = join(packageRoot, 'test', 'fixtures', 'goldens')
  unpackCheckpoints(join(goldens, 'v3v4', 'checkpoints'), checkpoints)
  unpackCheckpoints(join(goldens, 'core', 'checkpoints'), checkpoints)
})

async function refusal(config: GptSovitsConfig, superSampling: unknown = true): Promise<Error> {
  await using tts = new GptSovits(config)
  return await tts.synthesize('Hello.', reference, { ...options, superSampling } as never).then(
    () => new Error('it spoke'),
    (error: unknown) => error as Error
  )
}

describe('the super-sampling network', () => {
  it('gives what the public project makes of the same wave, step by step', async () => {
    const recorded = readSafetensors(join(superSampler, 'reference.safetensors'))
    const of = (name: string) => floats(need(recorded, name))
    const voice = await ProbedVoice.open({ ...sources, superSampler }, join(folder, 'probed'))
    const out = await voice.probe('super_sample', Object.fromEntries(recorded))
    voice.release()
    const report = new Report()
    const [amplitude, phase] = [floats(out['analysed_amplitude']!), floats(out['analysed_phase']!)]
    for (const [name, part] of [
      ['real', Math.cos],
      ['imaginary', Math.sin]
    ] as const) {
      const bins = (logarithms: Float32Array, angles: Float32Array) =>
        logarithms.map((logarithm, i) => Math.exp(logarithm) * part(angles[i] as number))
      report.closeAbsolute(`spectrum.${name}`, bins(amplitude, phase), bins(of('amplitude'), of('phase')), 2e-6)
    }
    report.closeAbsolute('raised', floats(out['raised']!), of('raised'), 2e-5)
    expect(report.finish()).toBe(true)
    expect(report.passed).toBe(3)
  })
})

describe('a v3 voice with a super-sampling model', () => {
  let tts: GptSovits
  beforeAll(() => {
    tts = new GptSovits({ ...v3, superSampler })
  })
  afterAll(() => tts.dispose())

  it('speaks at 48 kHz when it is asked to, else as before', async () => {
    const plain = await tts.synthesize('Hello.', reference, options)
    const high = await tts.synthesize('Hello.', reference, { ...options, superSampling: true })
    expect([plain.sampleRate, high.sampleRate]).toEqual([24000, 48000])
    expect(Math.abs(high.duration - plain.duration)).toBeLessThan(80 / 48000)
    expect(Math.max(...high.samples.map(Math.abs))).toBeLessThanOrEqual(1)
    const again = await tts.synthesize('Hello.', reference, { ...options, superSampling: true })
    expect(again.samples).toEqual(high.samples)
    await using without = new GptSovits(v3)
    expect((await without.synthesize('Hello.', reference, options)).samples).toEqual(plain.samples)
  })

  it('speaks the least there can be', async () => {
    const least = { ...options, maxTokens: 1, speed: 4, pause: 0, superSampling: true }
    const speech = await tts.synthesize('Hello.', reference, least)
    expect(speech.sampleRate).toBe(48000)
  })

  it('streams at 48 kHz', async () => {
    for await (const chunk of tts.stream('Hello. There.', reference, { ...options, superSampling: true })) {
      expect(chunk.sampleRate).toBe(48000)
    }
  })
})

describe('a voice that was imported', () => {
  it('brings its super-sampling model along, in a folder and in an archive', async () => {
    const { folder: imported, voice } = await importVoice({ ...sources, superSampler }, join(folder, 'imported'))
    expect(voice.modules.superSampler).toBe('superSampler.pt')
    const { file } = await exportVoice({ voice: imported }, join(folder, 'v3.tar'))
    const speak = async (config: GptSovitsConfig) => {
      await using tts = new GptSovits({ cacheDir: join(folder, 'cache'), ...config })
      return (await tts.synthesize('Hello.', reference, { ...options, superSampling: true })).samples
    }
    const samples = await speak({ voice: imported })
    expect(await speak({ voice: file })).toEqual(samples)
    const { folder: plain } = await importVoice(sources, join(folder, 'plain'))
    expect(await speak({ voice: plain, superSampler })).toEqual(samples)
  })
})

describe('super-sampling is refused', () => {
  it('without the model, which is named with the place to get it', async () => {
    const error = await refusal(v3)
    expect(error).toBeInstanceOf(MissingModelError)
    expect(error.message).toContain('`superSampler` is missing')
    expect(error.message).toContain('https://github.com/yxlu-0102/AP-BWE')
  })

  it('of other versions than v3', async () => {
    const error = await refusal({ ...tiny, superSampler, cacheDir: join(folder, 'cache') })
    expect(error).toBeInstanceOf(OptionRangeError)
    expect(error.message).toContain('voices of v3')
  })

  it('as anything but true or false', async () => {
    expect(await refusal(v3, 'yes')).toBeInstanceOf(OptionTypeError)
  })

  it('with another file in the place of the model', async () => {
    const error = await refusal({ ...v3, superSampler: tiny.sovits })
    expect(error).toBeInstanceOf(WrongModelError)
    expect(error.message).toContain('`superSampler`')
  })

  it('with a config of other rates, whose field is named', async () => {
    const other = join(folder, 'to16k')
    cpSync(superSampler, other, { recursive: true })
    const config = JSON.parse(readFileSync(join(other, 'config.json'), 'utf8')) as object
    writeFileSync(join(other, 'config.json'), JSON.stringify({ ...config, hr_sampling_rate: 16000 }))
    const error = await refusal({ ...v3, superSampler: other })
    expect(error).toBeInstanceOf(UnsupportedConfigError)
    expect(error.message).toContain('config.hr_sampling_rate is 16000')
  })
})
