import { describe, expect, test } from 'vitest'
import { decodeAudio, encodeSamples, encodeWav, wavHeader, type WavFormat } from '../../../lib/audio/index.js'
import { concat } from './recordings.js'

const samples = Float32Array.from({ length: 1001 }, (_, i) => Math.sin(i / 7) * 0.9)

describe('a WAV file that is written', () => {
  test.each([
    ['pcm16', 2 ** -15],
    ['pcm24', 2 ** -23],
    ['float32', 0]
  ] as const)('as %s is read back to its precision', async (format, step) => {
    const read = await decodeAudio(encodeWav(samples, 32000, { format }))
    expect([read.sampleRate, read.samples.length, read.samples[0]?.length, read.warnings]).toEqual([32000, 1, 1001, []])
    read.samples[0]?.forEach((got, i) => expect(Math.abs(got - (samples[i] as number))).toBeLessThanOrEqual(step))
  })

  test('truncates toward zero as upstream, and clamps where upstream wraps', () => {
    const edges = Float32Array.of(0, 1, -1, 2, -2, 1.9 / 32768, -1.9 / 32768, NaN)
    expect(Array.from(new Int16Array(encodeSamples(edges).buffer))).toEqual([0, 32767, -32768, 32767, -32768, 1, -1, 0])
    const wide = encodeSamples(Float32Array.of(1, -1, -1 / 2 ** 23), 'pcm24')
    expect(Array.from(wide)).toEqual([0xff, 0xff, 0x7f, 0, 0, 0x80, 0xff, 0xff, 0xff])
  })

  test('has the lengths that its bytes have', () => {
    for (const format of ['pcm16', 'pcm24', 'float32'] as const satisfies readonly WavFormat[]) {
      const file = encodeWav(samples.subarray(0, 7), 48000, { format })
      const view = new DataView(file.buffer)
      expect(view.getUint32(4, true)).toBe(file.length - 8)
      expect(file.length % 2).toBe(0)
    }
  })

  test('can be streamed: a header without a length, then samples', async () => {
    for (const format of ['pcm16', 'pcm24', 'float32'] as const) {
      const parts = [samples.subarray(0, 500), samples.subarray(500)].map((part) => encodeSamples(part, format))
      const streamed = concat(wavHeader(24000, { format }), ...parts)
      const whole = await decodeAudio(encodeWav(samples, 24000, { format }))
      expect(await decodeAudio(streamed)).toEqual(whole)
    }
  })

  test('may be empty', () => {
    expect(encodeWav(new Float32Array(0), 32000)).toEqual(wavHeader(32000, { samples: 0 }))
  })

  test('refuses a format or a rate that there is not', () => {
    expect(() => encodeWav(samples, 32000, { format: 'mp3' as WavFormat })).toThrow(
      /'mp3'; it can be pcm16, pcm24, float32/
    )
    expect(() => encodeWav(samples, 32000, { format: 'toString' as WavFormat })).toThrow(/it can be/)
    for (const rate of [0, -1, 1.5, NaN]) expect(() => encodeWav(samples, rate)).toThrow(/sampleRate/)
  })
})
