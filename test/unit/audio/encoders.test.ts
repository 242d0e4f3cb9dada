import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  type AudioFormat,
  audioFormats,
  createEncoder,
  decodeAudio,
  encodeWav,
  formatOfFile
} from '../../../lib/audio/index.js'
import { bytesOf, concat, likeness } from './recordings.js'

const RATE = 32000
const formats = ['wav', 'flac', 'mp3', 'ogg', 'opus'] as const

// Three tones that swell and fade, as far as speech goes, with silence in between.
const samples = Float32Array.from({ length: 2.3 * RATE }, (_, i) => {
  const t = i / RATE
  const swell = Math.max(0, Math.sin(2 * Math.PI * 1.5 * t))
  return swell * (0.4 * Math.sin(2 * Math.PI * 220 * t) + 0.2 * Math.sin(8231 * t) + 0.05 * Math.sin(20000 * t))
})

interface Options {
  sampleRate?: number
  streaming?: boolean
  outputSampleRate?: number
  chunks?: readonly number[]
}

async function encode(format: AudioFormat, input: Float32Array, options: Options = {}): Promise<Uint8Array> {
  const { sampleRate = RATE, streaming = true, outputSampleRate, chunks = [] } = options
  const encoder = await createEncoder(format, { sampleRate, streaming, outputSampleRate })
  const parts: Uint8Array[] = []
  let at = 0
  for (const size of [...chunks, input.length]) {
    parts.push(await encoder.write(input.subarray(at, at + size)))
    at += size
  }
  parts.push(await encoder.end())
  return concat(...parts)
}

async function decoded(bytes: Uint8Array): Promise<{ samples: Float32Array; sampleRate: number }> {
  const audio = await decodeAudio(bytes)
  expect(audio.warnings).toEqual([])
  return { samples: audio.samples[0] as Float32Array, sampleRate: audio.sampleRate }
}

// Of long arrays: the runner's own comparison takes seconds.
function same(one: Uint8Array | Float32Array, other: Uint8Array | Float32Array): boolean {
  const bytes = (array: Uint8Array | Float32Array): Buffer =>
    Buffer.from(array.buffer, array.byteOffset, array.byteLength)
  return bytes(one).equals(bytes(other))
}

describe('what is encoded is decoded', () => {
  // The MP3 encoder and decoder delay by 1105 samples, and frames have 1152: nothing in the file tells a player.
  const MP3_DELAY = 1105

  test.each([
    ['wav', 80, 0],
    ['flac', 80, 0],
    ['ogg', 20, 0],
    ['mp3', 20, MP3_DELAY]
  ] as const)('%s has at least %d dB of signal to noise', async (format, decibels, delay) => {
    const { samples: got, sampleRate } = await decoded(await encode(format, samples))
    expect(sampleRate).toBe(RATE)
    if (delay === 0) expect(got.length).toBe(samples.length)
    else expect(got.length - samples.length).toBeLessThan(delay + 1152)
    expect(got.length).toBeGreaterThanOrEqual(samples.length + delay)
    expect(likeness(got.subarray(delay), samples)).toBeGreaterThan(decibels)
  })

  test('opus is 48 kHz and exactly as long', async () => {
    const direct = Float32Array.from({ length: 48000 }, (_, i) => 0.4 * Math.sin(i / 30) + 0.1 * Math.sin(i / 7))
    const { samples: got, sampleRate } = await decoded(await encode('opus', direct, { sampleRate: 48000 }))
    expect(sampleRate).toBe(48000)
    expect(got.length).toBe(48000)
    expect(likeness(got, direct)).toBeGreaterThan(20)
    const resampled = await decoded(await encode('opus', samples))
    expect(resampled.samples.length).toBe(samples.length * 1.5)
  })

  test('flac holds the integers that wav holds, in fewer bytes', async () => {
    const speech = (await decoded(bytesOf('s16.wav'))).samples
    for (const input of [samples, speech, samples.map(() => Math.random() * 2 - 1), new Float32Array(5000)]) {
      const [flac, wav] = await Promise.all([encode('flac', input), encode('wav', input)])
      expect(same((await decoded(flac)).samples, (await decoded(wav)).samples)).toBe(true)
      expect(flac.length).toBeLessThan(1.01 * wav.length)
    }
    expect((await encode('flac', samples)).length).toBeLessThan(0.6 * 2 * samples.length)
  })

  test('pcm is the data of a wav file', async () => {
    expect(same(await encode('pcm', samples), encodeWav(samples, RATE).subarray(44))).toBe(true)
  })

  test('any length, from nothing on', async () => {
    for (const length of [0, 1, 2, 960, 4095, 4096, 4097, 9601, 14400]) {
      const input = samples.subarray(3000, 3000 + length)
      for (const format of ['wav', 'flac', 'ogg', 'opus'] as const) {
        const bytes = await encode(format, input, { sampleRate: 48000 })
        // Of an Opus file of a single page, this decoder does not skip what other players skip.
        if (length > 0 && !(format === 'opus' && length <= 9600)) {
          expect([format, (await decoded(bytes)).samples.length]).toEqual([format, length])
        } else expect(bytes.length).toBeGreaterThan(0)
      }
    }
  })
})

describe('how samples arrive', () => {
  test.each([...formats, 'pcm'] as const)('does not change the bytes of %s', async (format) => {
    const short = samples.subarray(0, RATE)
    const whole = await encode(format, short)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 9000 }), { maxLength: 12 }), async (chunks) => {
        expect(same(await encode(format, short, { chunks }), whole)).toBe(true)
      }),
      { numRuns: 8 }
    )
  })

  test('opus encoders at work together do not spoil each other', async () => {
    const alone = await encode('opus', samples)
    const other = await encode('opus', samples.map((sample) => -sample / 2)) // prettier-ignore
    const together = await Promise.all([
      encode('opus', samples, { chunks: [5000, 9000] }),
      encode('opus', samples.map((sample) => -sample / 2)), // prettier-ignore
      encode('opus', samples, { chunks: [100] })
    ])
    expect(together.map((bytes, i) => same(bytes, i === 1 ? other : alone))).toEqual([true, true, true])
  })
})

describe('a file whose length is known at the end', () => {
  test.each(['wav', 'flac'] as const)('%s comes whole and says its length', async (format) => {
    const encoder = await createEncoder(format, { sampleRate: RATE, streaming: false })
    expect(await encoder.write(samples)).toHaveLength(0)
    const whole = await encoder.end()
    const streamed = await createEncoder(format, { sampleRate: RATE, streaming: true })
    const bytes = concat(await streamed.write(samples), await streamed.end())
    expect(same(bytes, whole)).toBe(false)
    bytes.set(streamed.head as Uint8Array)
    expect(same(bytes, whole)).toBe(true)
    if (format === 'wav') expect(same(whole, encodeWav(samples, RATE))).toBe(true)
  })

  test('the first bytes of a stream come with the first samples', async () => {
    for (const format of formats) {
      const encoder = await createEncoder(format, { sampleRate: RATE, streaming: true })
      const parts: number[] = []
      for (let at = 0; at < samples.length; at += 8000) {
        parts.push((await encoder.write(samples.subarray(at, at + 8000))).length)
      }
      expect([format, parts.findIndex((bytes) => bytes > 0) < 2]).toEqual([format, true])
      // Vorbis comes in pages of some 4 kB, which simple tones do not fill.
      expect([format, parts.filter((bytes) => bytes > 0).length > (format === 'ogg' ? 0 : 3)]).toEqual([format, true])
      encoder.close()
    }
  })
})

describe('another sample rate', () => {
  test('is a resampling that keeps what is below it and drops what is above', async () => {
    const rates = [
      [32000, 24000],
      [24000, 48000],
      [32000, 44100],
      [48000, 16000]
    ] as const
    for (const [from, to] of rates) {
      const tone = (rate: number, hertz: number): Float32Array =>
        Float32Array.from({ length: rate / 2 }, (_, i) => 0.5 * Math.sin((2 * Math.PI * hertz * i) / rate))
      const options = { sampleRate: from, outputSampleRate: to }
      const { samples: kept, sampleRate } = await decoded(await encode('wav', tone(from, 3000), options))
      expect([sampleRate, kept.length]).toEqual([to, to / 2])
      const inner = (all: Float32Array): Float32Array => all.subarray(1000, -1000) // the tone begins and ends at once
      expect(likeness(inner(kept), inner(tone(to, 3000)))).toBeGreaterThan(75)
      if (to >= from) continue
      const { samples: dropped } = await decoded(await encode('wav', tone(from, 0.5 * to + 900), options))
      expect(Math.max(...inner(dropped))).toBeLessThan(1e-4)
    }
  })

  test('is chosen where a format has not the one that is given', async () => {
    const rateOf = async (format: AudioFormat, sampleRate: number): Promise<number> =>
      (await createEncoder(format, { sampleRate, streaming: true })).sampleRate
    expect(await rateOf('mp3', 32000)).toBe(32000)
    expect(await rateOf('mp3', 30000)).toBe(32000)
    expect(await rateOf('mp3', 96000)).toBe(48000)
    expect(await rateOf('opus', 24000)).toBe(48000)
    expect(await rateOf('flac', 24000)).toBe(24000)
  })
})

describe('what cannot be encoded', () => {
  test('is refused with what is possible', async () => {
    const open = (format: string, sampleRate: number, outputSampleRate?: number): Promise<unknown> =>
      createEncoder(format as AudioFormat, { sampleRate, streaming: true, outputSampleRate })
    await expect(open('wma', RATE)).rejects.toMatchObject({ code: 'ERR_GSV_OUT_OF_RANGE', message: /wav, pcm, flac/ })
    await expect(open('toString', RATE)).rejects.toMatchObject({ code: 'ERR_GSV_OUT_OF_RANGE' })
    await expect(open('wav', 100)).rejects.toThrow('sampleRate is 100; it must be an integer from 8000 to 192000 Hz')
    await expect(open('opus', RATE, 44100)).rejects.toThrow('outputSampleRate is 44100; opus has 48000')
  })

  test('an encoder that has ended takes no more', async () => {
    const encoder = await createEncoder('opus', { sampleRate: RATE, streaming: true })
    await encoder.write(samples)
    await encoder.end()
    encoder.close()
    await expect(encoder.write(samples)).rejects.toThrow('has ended')
  })

  test('a file name without a known extension', () => {
    expect(formatOfFile('a/b.c/speech.OPUS')).toBe('opus')
    expect(formatOfFile('x.raw')).toBe('pcm')
    expect(() => formatOfFile('speech')).toThrow(/\.wav, \.pcm/)
    expect(() => formatOfFile('dir.mp3/speech')).toThrow(/names no audio format/)
    for (const [format, { extensions }] of Object.entries(audioFormats)) {
      for (const extension of extensions) expect(formatOfFile(`x.${extension}`)).toBe(format)
    }
  })
})

describe('aac', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gsv-aac-'))
  afterEach(() => {
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true, force: true })
  })

  test('without ffmpeg is an error that says what to install', async () => {
    vi.stubEnv('PATH', folder)
    const opening = createEncoder('aac', { sampleRate: RATE, streaming: true })
    await expect(opening).rejects.toMatchObject({ code: 'ERR_GSV_MISSING_PROGRAM', message: /apt install ffmpeg/ })
  })

  // A stand-in: what matters here is that samples go in whole and bytes come out whole, or the program's complaint does.
  test.runIf(process.platform !== 'win32')('is what ffmpeg makes of the samples', async () => {
    const program = mkdtempSync(join(tmpdir(), 'gsv-ffmpeg-'))
    const file = join(program, 'ffmpeg')
    const path = `${program}${delimiter}${process.env['PATH']}`
    writeFileSync(file, '#!/bin/sh\nexec cat\n')
    chmodSync(file, 0o755)
    vi.stubEnv('PATH', path)
    expect(same(await encode('aac', samples, { chunks: [30000, 1] }), await encode('pcm', samples))).toBe(true)
    writeFileSync(file, '#!/bin/sh\necho no such encoder >&2\nexit 1\n')
    await expect(encode('aac', samples)).rejects.toThrow('ffmpeg could not encode AAC: no such encoder')
    rmSync(program, { recursive: true })
  })
})
