import { describe, expect, it } from 'vitest'
import { SpellingNetwork } from '../../../lib/text/en/spelling-network.js'
import type { SpellingWeights } from '../../../lib/text/en/spelling-model.js'
import { binding } from '../../../lib/native.js'
import { nativeSpelling } from '../../../lib/voice-text.js'

/** Words of syllables and of stray letters, the same in every run. */
function madeUpWords(count: number): string[] {
  let state = 20
  const next = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state >>> 8) % below
  }
  const letter = (of: string): string => of[next(of.length)]!
  return Array.from({ length: count }, (_unused, index) =>
    Array.from({ length: 1 + next(6) }, () =>
      index % 3 === 0 ? letter("abcdefghijklmnopqrstuvwxyz'-é") : letter('bcdfghjklmnpqrstvwxz') + letter('aeiouy')
    ).join('')
  )
}

let weights: SpellingWeights
const plain = new SpellingNetwork((given) => {
  weights = given
  return undefined
})

describe('the spelling network', () => {
  it('gives the same phones in the addon as in plain JavaScript', () => {
    const native = new SpellingNetwork(nativeSpelling)
    // The plain one takes 2 ms a word.
    for (const word of madeUpWords(250)) expect(native.predict(word), word).toEqual(plain.predict(word))
  })

  it('reads what has no letters, and stops at upstream’s bound', () => {
    const native = new SpellingNetwork(nativeSpelling)
    for (const word of ['', '’’', 'x'.repeat(500)]) expect(native.predict(word), word).toEqual(plain.predict(word))
    expect(native.predict('supercalifragilisticexpialidocious').length).toBeLessThanOrEqual(20)
  })

  it('names a weight whose size does not fit', () => {
    const outputBias = new Float32Array(3)
    expect(() => binding().openSpelling({ ...weights, outputBias })).toThrow(
      expect.objectContaining({ code: 'ERR_GSV_WRONG_TYPE', message: expect.stringContaining('outputBias') })
    )
    const encoder = { ...weights.encoder, inputs: undefined as unknown as Float32Array }
    expect(() => binding().openSpelling({ ...weights, encoder })).toThrow(/Float32Array for inputs/)
  })

  it('refuses other handles and letters that are no symbols', () => {
    const network = binding().openSpelling(weights)
    const spell = (handle: unknown, letters: unknown): Int32Array =>
      binding().spell(handle as typeof network, letters as Int32Array, 2, 3, 20)
    expect(spell(network, Int32Array.of(4)).length).toBeGreaterThan(0)
    for (const handle of [{}, null, 7, weights]) {
      expect(() => spell(handle, Int32Array.of(4))).toThrow(/expected a spelling network handle/)
    }
    expect(() => spell(network, [4])).toThrow(/Int32Array for letters/)
    expect(() => spell(network, Int32Array.of(9999))).toThrow(
      expect.objectContaining({ code: 'ERR_GSV_OUT_OF_RANGE', message: expect.stringContaining('9999') })
    )
  })
})
