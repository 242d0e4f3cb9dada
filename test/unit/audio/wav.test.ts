import { describe, expect, test } from 'vitest'
import { decodeAudio } from '../../../lib/audio/index.js'
import { bytesOf, chunk, concat, floatBytes, letters, likeness, little, recording, wav } from './recordings.js'

const pcmTail = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71]
const extensible = (validBits: number, codec: number): number[] => [
  ...little(22, 2),
  ...little(validBits, 2),
  ...little(4, 4),
  ...little(codec, 2),
  ...pcmTail
]

async function samplesOf(bytes: Uint8Array): Promise<number[]> {
  return Array.from((await decodeAudio(bytes)).samples[0] as Float32Array)
}

describe('a WAV file', () => {
  test.each([
    ['s16.wav', Infinity],
    ['s24.wav', Infinity],
    ['s32.wav', Infinity],
    ['f32.wav', Infinity],
    ['f64.wav', Infinity],
    ['rf64.wav', Infinity],
    ['s16.w64', Infinity],
    ['u8.wav', 28],
    ['alaw.wav', 30],
    ['mulaw.wav', 30]
  ])('of the kind %s is read', async (name, decibels) => {
    const truth = await decodeAudio(recording('source.wav'))
    const read = await decodeAudio(recording(name))
    expect([read.sampleRate, read.samples.length, read.seconds, read.warnings]).toEqual([22050, 2, 0.3, []])
    read.samples.forEach((channel, index) => {
      expect(channel.length).toBe(6615)
      expect(likeness(channel, truth.samples[index] as Float32Array)).toBeGreaterThanOrEqual(decibels)
    })
  })

  test('has full scale at 1 in every integer format', async () => {
    const lowest: readonly (readonly [number, readonly number[]])[] = [
      [8, [0]],
      [16, [0, 0x80]],
      [24, [0, 0, 0x80]],
      [32, [0, 0, 0, 0x80]]
    ]
    for (const [bits, bytes] of lowest)
      expect(await samplesOf(wav({ bits, data: Uint8Array.from(bytes) }))).toEqual([-1])
  })

  test('decodes A-law and µ-law by their published tables', async () => {
    const data = Uint8Array.of(0x00, 0x80, 0xff, 0x7f)
    expect((await samplesOf(wav({ tag: 7, bits: 8, data }))).map((x) => x * 32768)).toEqual([-32124, 32124, 0, -0])
    const aLaw = Uint8Array.of(0xd5, 0x55, 0xaa, 0x2a)
    expect((await samplesOf(wav({ tag: 6, bits: 8, data: aLaw }))).map((x) => x * 32768)).toEqual([
      8, -8, 32256, -32256
    ])
  })

  test('may be extensible, and hold 20 bits in 24 or 24 in 32', async () => {
    const half = Uint8Array.of(0, 0, 0x40)
    expect(await samplesOf(wav({ tag: 0xfffe, bits: 24, extension: extensible(20, 1), data: half }))).toEqual([0.5])
    expect(await samplesOf(wav({ bits: 20, blockAlign: 3, data: half }))).toEqual([0.5])
    expect(await samplesOf(wav({ bits: 24, blockAlign: 4, data: Uint8Array.of(0, 0, 0, 0x40) }))).toEqual([0.5])
    const floats = { tag: 0xfffe, bits: 32, extension: extensible(32, 3), data: floatBytes([0.25]) }
    expect(await samplesOf(wav(floats))).toEqual([0.25])
  })

  test('may hold other chunks, of odd length too, and an ID3 tag before it', async () => {
    const between = concat(chunk('LIST', [1, 2, 3]), chunk('fact', [1, 0, 0, 0]))
    const file = wav({ between, data: Uint8Array.of(0, 0x40) })
    expect(await samplesOf(file)).toEqual([0.5])
    const id3 = Uint8Array.from([...letters('ID3'), 4, 0, 0, 0, 0, 0, 5, 1, 2, 3, 4, 5])
    expect(await samplesOf(concat(id3, file))).toEqual([0.5])
  })

  test.each([0xffffffff, 0])('streamed with length %i is read to its end', async (dataSize) => {
    const data = Uint8Array.of(0, 0x40, 0, 0xc0, 0, 0x20)
    const read = await decodeAudio(wav({ data, dataSize }))
    expect(Array.from(read.samples[0] as Float32Array)).toEqual([0.5, -0.5, 0.25])
    expect(read.warnings).toEqual([])
  })

  test('cut short is read as far as it goes, with a warning', async () => {
    const read = await decodeAudio(wav({ data: Uint8Array.of(0, 0x40, 0), dataSize: 4e9 }), { name: 'cut.wav' })
    expect(Array.from(read.samples[0] as Float32Array)).toEqual([0.5])
    expect(read.warnings).toEqual(['cut.wav: the data chunk tells of 4000000000 bytes, the file ends after 3'])
  })

  test('of 64-bit lengths beyond any file is read as far as it goes', async () => {
    const file = bytesOf('rf64.wav')
    const ds64 = 12 + 8
    file.fill(0xff, ds64, ds64 + 24)
    expect((await decodeAudio(file)).samples[0]?.length).toBe(6615)
    const w64 = bytesOf('s16.w64')
    w64.fill(0xff, 16, 24)
    expect((await decodeAudio(w64)).samples[0]?.length).toBe(6615)
  })

  test.each([
    ['4 Hz', { rate: 4 }, 'ERR_GSV_UNSUPPORTED_AUDIO', /sample rate of 4 Hz; it must be 8000 to 192000 Hz/],
    ['768 kHz', { rate: 768000 }, 'ERR_GSV_UNSUPPORTED_AUDIO', /768000 Hz/],
    ['255 channels', { channels: 255 }, 'ERR_GSV_UNSUPPORTED_AUDIO', /255 channels; it must have 1 to 8/],
    ['no channel', { channels: 0, blockAlign: 2 }, 'ERR_GSV_UNSUPPORTED_AUDIO', /0 channels/],
    ['IMA ADPCM', { tag: 0x11, bits: 4, blockAlign: 36 }, 'ERR_GSV_UNSUPPORTED_AUDIO', /IMA ADPCM.*ffmpeg/],
    ['MP3 inside', { tag: 0x55, bits: 0, blockAlign: 1 }, 'ERR_GSV_UNSUPPORTED_AUDIO', /MP3/],
    ['an unknown codec', { tag: 0x1234 }, 'ERR_GSV_UNSUPPORTED_AUDIO', /codec 4660/],
    ['48-bit PCM', { bits: 48 }, 'ERR_GSV_UNSUPPORTED_AUDIO', /48-bit PCM/],
    ['no sample', { data: new Uint8Array(0) }, 'ERR_GSV_REFERENCE_AUDIO', /0 s long/]
  ] as const)('of %s is refused by name', async (_what, parts, code, message) => {
    const file = wav({ data: Uint8Array.of(1, 2, 3, 4), ...parts })
    await expect(decodeAudio(file, { name: 'odd.wav' })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message)
    })
    await expect(decodeAudio(file, { name: 'odd.wav' })).rejects.toThrow(/^odd\.wav/)
  })

  test.each([NaN, Infinity, -Infinity])('with %f among its samples is refused', async (bad) => {
    const file = wav({ tag: 3, bits: 32, data: floatBytes([0, 0.5, bad]) })
    await expect(decodeAudio(file)).rejects.toMatchObject({ code: 'ERR_GSV_REFERENCE_AUDIO' })
  })

  test('longer than asked for is refused with its length, before its samples are made', async () => {
    const hour = wav({ rate: 8000, bits: 8, dataSize: 0, data: new Uint8Array(100) })
    const long = new Uint8Array(3600 * 8000 + hour.length)
    long.set(hour)
    await expect(decodeAudio(long, { name: 'hour.wav' })).rejects.toThrow(
      'hour.wav is 3600.0 s long; at most 600 s are read'
    )
    await expect(decodeAudio(recording('source.wav'), { maxSeconds: 0.2 })).rejects.toThrow(
      /is 0\.3 s long; at most 0\.2 s/
    )
  })

  test('that claims a lot takes no memory for it', async () => {
    const before = process.memoryUsage().rss
    for (const dataSize of [0xfffffffe, 0xffffffff, 0x7fffffff]) {
      await decodeAudio(wav({ channels: 8, data: new Uint8Array(64), dataSize }))
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 2 ** 20)
  })

  test('made of thousands of empty chunks is given up quickly', async () => {
    const file = new Uint8Array(20_000_000)
    file.set(wav({}))
    const started = performance.now()
    await expect(decodeAudio(file.subarray(0, file.length - 3).fill(0, 36))).rejects.toMatchObject({
      code: 'ERR_GSV_UNSUPPORTED_AUDIO'
    })
    expect(performance.now() - started).toBeLessThan(2000)
  })
})
