import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { GptSovits, importVoice, MissingModelError, OptionRangeError, OptionTypeError } from '../../lib/index.js'
import { packageRoot } from '../../lib/package-root.cjs'
import type { ReferenceInput } from '../../lib/index.js'
import { reference, scratch, tinyPro } from './voice.js'

const cacheDir = scratch()
const tts = new GptSovits({ ...tinyPro, cacheDir })
afterAll(() => tts.dispose())

// Another voice than the reference's, for references that blend.
const other = join(packageRoot, 'test', 'fixtures', 'audio', 'source.wav')

async function samples(from: ReferenceInput): Promise<Float32Array> {
  return (await tts.synthesize('Several.', from, { seed: 3, pause: 0 })).samples
}

function distance(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length)
  return Math.sqrt(a.reduce((sum, sample, i) => sum + (sample - (b[i] as number)) ** 2, 0) / a.length)
}

describe('a v2Pro voice', () => {
  it('speaks, with and without the text of the reference', async () => {
    const speech = await tts.synthesize('Hello there.', reference, { seed: 1 })
    expect(speech.sampleRate).toBe(32000)
    expect(speech.duration).toBeGreaterThan(0.3)
    const free = await tts.synthesize('Hello there.', { audio: reference.audio }, { seed: 1 })
    expect(free.duration).toBeGreaterThan(0.3)
  })

  it('says what it is', async () => {
    expect(await tts.ready).toMatchObject({
      version: 'v2Pro',
      sampleRate: 32000,
      streamsTokens: true,
      needsReferenceText: false
    })
  })

  it('is refused without its speaker model', async () => {
    const { speaker, ...rest } = tinyPro
    expect(speaker).toContain('speaker.ckpt')
    const failing = new GptSovits({ ...rest, cacheDir })
    await expect(failing.ready).rejects.toBeInstanceOf(MissingModelError)
    await expect(failing.ready).rejects.toThrow('`speaker` is missing')
  })

  it('speaks the same from an imported folder, which holds the speaker model', async () => {
    const { folder, voice } = await importVoice(tinyPro, scratch())
    expect(voice.modules.speaker).toBe('speaker.pt')
    await using imported = new GptSovits({ voice: folder })
    const there = await imported.synthesize('Several.', reference, { seed: 3, pause: 0 })
    expect(there.samples).toEqual(await samples(reference))
  })
})

describe('several recordings', () => {
  it('count alike when nothing is said, and the same recording twice is that recording', async () => {
    const alone = await samples(reference)
    expect(await samples({ ...reference, more: [reference.audio] })).toEqual(alone)
    expect(distance(await samples({ ...reference, more: [other] }), alone)).toBeGreaterThan(0)
    const weighted = await samples({ ...reference, weight: 2, more: [{ audio: other, weight: 2 }] })
    expect(weighted).toEqual(await samples({ ...reference, more: [other] }))
  })

  it('count by their weight', async () => {
    const alone = await samples(reference)
    const little = await samples({ ...reference, more: [{ audio: other, weight: 0.001 }] })
    const much = await samples({ ...reference, more: [{ audio: other, weight: 1000 }] })
    expect(distance(little, alone)).toBeLessThan(distance(much, alone) / 20)
  })

  it('are refused with the name of what is wrong', async () => {
    const refused = (more: unknown) => samples({ ...reference, more } as never)
    await expect(refused([{ audio: other, weight: 0 }])).rejects.toThrow(OptionRangeError)
    await expect(refused([{ audio: other, weight: -1 }])).rejects.toThrow('reference.more[0].weight is -1')
    await expect(refused([{ audio: other, share: 1 }])).rejects.toThrow("unknown field 'share' of reference.more[0]")
    await expect(refused([{ weight: 1 }])).rejects.toThrow(OptionTypeError)
    await expect(refused('file.wav')).rejects.toThrow('expected an array for reference.more')
  })
})
