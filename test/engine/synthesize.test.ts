import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { GptSovits, importVoice } from '../../lib/index.js'
import { reference, scratch, tiny } from './voice.js'

const cacheDir = scratch()
const tts = new GptSovits({ ...tiny, cacheDir })
afterAll(() => tts.dispose())

describe('synthesize', () => {
  it('speaks every sentence of a text', async () => {
    const speech = await tts.synthesize('Hello there. How are you today?', reference, { seed: 1 })
    expect(speech.sampleRate).toBe(32000)
    expect(speech.sentences.map(({ text }) => text.trim())).toEqual(['Hello there.', 'How are you today?'])
    expect(speech.duration).toBeGreaterThan(0.6)
    const peak = speech.samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)
    expect(peak).toBeGreaterThan(0)
    expect(peak).toBeLessThanOrEqual(1)
  })

  it('gives the same samples for the same seed, others for another', async () => {
    const one = await tts.synthesize('The same words.', reference, { seed: 5 })
    const same = await tts.synthesize('The same words.', reference, { seed: 5 })
    const other = await tts.synthesize('The same words.', reference, { seed: 6 })
    expect(same.samples).toEqual(one.samples)
    expect(other.samples).not.toEqual(one.samples)
  })

  it('samples the same tokens on one thread, and the same waveform but for rounding', async () => {
    await using single = new GptSovits({ ...tiny, cacheDir, threads: 1 })
    const alone = await single.synthesize('Counted threads.', reference, { seed: 5 })
    const together = await tts.synthesize('Counted threads.', reference, { seed: 5 })
    expect(alone.sentences.map(({ tokens }) => tokens)).toEqual(together.sentences.map(({ tokens }) => tokens))
    const differences = alone.samples.map((sample, i) => Math.abs(sample - (together.samples[i] as number)))
    expect(Math.max(...differences)).toBeLessThan(1e-5)
  })

  it('speaks without the text of the reference', async () => {
    const speech = await tts.synthesize('No transcript.', { audio: reference.audio }, { seed: 2 })
    expect(speech.duration).toBeGreaterThan(0.3)
  })

  it('keeps a prepared reference for many calls, and equals the unprepared one', async () => {
    const prepared = await tts.prepare(reference)
    expect(prepared.seconds).toBeCloseTo(4, 2)
    const a = await tts.synthesize('Prepared once.', prepared, { seed: 3 })
    const b = await tts.synthesize('Prepared once.', reference, { seed: 3 })
    expect(a.samples).toEqual(b.samples)
  })

  it('averages the style of several recordings', async () => {
    const one = await tts.synthesize('Several.', reference, { seed: 3 })
    const bytes = readFileSync(reference.audio)
    const more = await tts.synthesize('Several.', { ...reference, more: [new Uint8Array(bytes)] }, { seed: 3 })
    expect(more.samples.length).toBe(one.samples.length)
  })

  it('is slower at half the speed', async () => {
    const plain = await tts.synthesize('How fast.', reference, { seed: 4, pause: 0 })
    const slow = await tts.synthesize('How fast.', reference, { seed: 4, pause: 0, speed: 0.5 })
    expect(slow.samples.length / plain.samples.length).toBeCloseTo(2, 1)
  })

  it('reports progress, and rejects when the listener throws', async () => {
    const seen: number[] = []
    await tts.synthesize('The first sentence. And the second sentence.', reference, {
      seed: 1,
      onProgress: ({ sentence }) => seen.push(sentence)
    })
    expect(new Set(seen)).toEqual(new Set([0, 1]))
    const failing = tts.synthesize('Hello.', reference, {
      onProgress: () => {
        throw new Error('listener')
      }
    })
    await expect(failing).rejects.toThrow('listener')
  })

  it('streams the sentences that synthesize joins', async () => {
    const text = 'First one. Then another. And a third.'
    const whole = await tts.synthesize(text, reference, { seed: 9 })
    const parts: Float32Array[] = []
    for await (const chunk of tts.stream(text, reference, { seed: 9 })) parts.push(chunk.samples)
    expect(parts).toHaveLength(3)
    expect(Float32Array.from(parts.flatMap((part) => [...part]))).toEqual(whole.samples)
  })

  it('writes a WAV file', async () => {
    const path = join(cacheDir, 'out.wav')
    const speech = await tts.synthesize('To a file.', reference, { seed: 1 })
    await speech.toFile(path)
    const file = readFileSync(path)
    expect(file.toString('latin1', 0, 4)).toBe('RIFF')
    expect(file.length).toBe(44 + 2 * speech.samples.length)
  })
})

describe('a speech', () => {
  it('is written in the format of the file name, or the one that is named', async () => {
    const speech = await tts.synthesize('To many files.', reference, { seed: 1 })
    const written = async (name: string, ...format: ['mp3'] | []): Promise<string> => {
      const path = join(cacheDir, name)
      await speech.toFile(path, ...format)
      return readFileSync(path).toString('latin1', 0, 40)
    }
    expect(await written('speech.flac')).toMatch(/^fLaC/)
    expect(await written('speech.opus')).toMatch(/^OggS.*OpusHead/s)
    expect(await written('speech.OGG')).toMatch(/^OggS.*vorbis/s)
    expect(await written('speech.bin', 'mp3')).toMatch(/^\xff\xfb/)
    await expect(speech.toFile(join(cacheDir, 'speech.doc'))).rejects.toMatchObject({ code: 'ERR_GSV_OUT_OF_RANGE' })
    expect((await speech.toBuffer('flac')).length).toBeLessThan((await speech.toBuffer()).length)
  })
})

describe('what cannot be spoken', () => {
  it.each(['', '   ', '...', '\u200b'])('%j is an EmptyTextError', async (text) => {
    await expect(tts.synthesize(text, reference)).rejects.toMatchObject({ code: 'ERR_GSV_EMPTY_TEXT' })
  })

  it('a missing reference file is a FileError that names it', async () => {
    const call = tts.synthesize('Hello.', { audio: 'no-such.wav' })
    await expect(call).rejects.toMatchObject({
      code: 'ERR_GSV_FILE',
      message: expect.stringContaining('no-such.wav') as string
    })
  })

  it('a checkpoint as the reference is an UnsupportedAudioError', async () => {
    await expect(tts.prepare({ audio: tiny.gpt })).rejects.toMatchObject({ code: 'ERR_GSV_UNSUPPORTED_AUDIO' })
  })
})

describe('an imported voice', () => {
  it('sounds as the checkpoints it was made from', async () => {
    const { folder, voice } = await importVoice(tiny, join(cacheDir, 'imported'))
    expect(voice).toMatchObject({ version: 'v2', sampleRate: 32000, fftSize: 2048, hop: 640, maxTokens: 1500 })
    await using imported = new GptSovits({ voice: folder })
    const a = await imported.synthesize('Twice the same.', reference, { seed: 8 })
    const b = await tts.synthesize('Twice the same.', reference, { seed: 8 })
    expect(a.samples).toEqual(b.samples)
  })
})
