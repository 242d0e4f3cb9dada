import { describe, expect, test } from 'vitest'
import { trimReference } from '../../../lib/audio/index.js'

const rate = 16000

/** Speech as bursts of sound, in [from, to) seconds, over faint noise. */
function recordingWith(seconds: number, bursts: readonly (readonly [number, number, number?])[]): Float32Array {
  let state = 1
  const noise = (): number => {
    state = (state * 16807) % 2147483647
    return state / 2147483647 - 0.5
  }
  const samples = Float32Array.from({ length: Math.round(seconds * rate) }, () => noise() * 0.001)
  for (const [from, to, level = 0.3] of bursts) {
    for (let i = Math.round(from * rate); i < Math.round(to * rate); i++) {
      samples[i] = Math.max(-1, Math.min(1, level * Math.sin(i / 9) * (1 + noise())))
    }
  }
  return samples
}

/** Where in the recording the part was taken. */
function placeOf(part: Float32Array, whole: Float32Array): readonly [number, number] {
  for (let at = 0; at + part.length <= whole.length; at++) {
    if (whole[at] === part[0] && part.every((sample, i) => sample === whole[at + i])) {
      return [at / rate, (at + part.length) / rate]
    }
  }
  throw new Error('the part is not of the recording')
}

describe('a reference longer than 10 s', () => {
  test('of 10 s or less is left as it is', () => {
    const short = recordingWith(10, [[1, 9]])
    expect(trimReference(short, rate)).toBe(short)
  })

  test('is cut in the pauses around its speech', () => {
    const whole = recordingWith(30, [
      [2, 3],
      [12, 15.5],
      [15.8, 19.5],
      [27, 28]
    ])
    const [from, to] = placeOf(trimReference(whole, rate), whole)
    expect(from).toBeGreaterThan(11)
    expect(from).toBeLessThanOrEqual(12)
    expect(to).toBeGreaterThanOrEqual(19.5)
    expect(to).toBeLessThan(21)
  })

  test('is taken where most is said', () => {
    const sparse: [number, number][] = Array.from({ length: 20 }, (_, i) => [i * 2, i * 2 + 0.3])
    const dense: [number, number][] = Array.from({ length: 8 }, (_, i) => [50 + i * 1.1, 51 + i * 1.1])
    const whole = recordingWith(90, [...sparse, ...dense])
    const [from, to] = placeOf(trimReference(whole, rate), whole)
    expect(from).toBeGreaterThan(48)
    expect(to).toBeLessThan(61)
  })

  test('avoids what is clipped', () => {
    const whole = recordingWith(40, [
      [2, 9, 3],
      [22, 29, 0.3]
    ])
    const [from] = placeOf(trimReference(whole, rate), whole)
    expect(from).toBeGreaterThan(15)
  })

  test.each([8000, 11025, 16000, 22050, 44100, 48000, 192000])('is always 3 to 10 s long at %i Hz', (sampleRate) => {
    const generator = (i: number): number => Math.sin(i * 0.1) * Math.sin(i / (sampleRate * 0.7)) ** 8
    const cases = [
      Float32Array.from({ length: sampleRate * 13 }, (_, i) => generator(i)),
      new Float32Array(sampleRate * 13),
      new Float32Array(sampleRate * 13).fill(0.5),
      new Float32Array(sampleRate * 10 + 1).fill(0.1)
    ]
    for (const samples of cases) {
      const seconds = trimReference(samples, sampleRate).length / sampleRate
      expect(seconds).toBeGreaterThan(3)
      expect(seconds).toBeLessThan(10)
    }
  })

  test('is found in a blink, however long', () => {
    const whole = recordingWith(
      600,
      Array.from({ length: 200 }, (_, i) => [i * 3, i * 3 + 2] as const)
    )
    const started = performance.now()
    const part = trimReference(whole, rate)
    expect(performance.now() - started).toBeLessThan(1000)
    expect(part.length / rate).toBeLessThan(10)
  })
})
