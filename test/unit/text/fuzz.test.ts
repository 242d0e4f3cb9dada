import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CUT_METHODS, createTextFrontend, LANGUAGE_MODES, SYMBOLS, type Frontend } from '../../../lib/text/index.js'

/** Marks, numbers and words that rules look at, among any code unit: half a surrogate pair too. */
const pieces = [
  ...Array.from(
    '0123456789.,!?…-—:;\'"“”()[]{}<>/\\|@#$£%^&*+=~_`。，！？、；：￥×÷°²½\n\r\t \0\u200b\u0301\ud800\udfff'
  ),
  ...['km', '°C', '1st', '$3.50', '12:30', '3/4', '1e999', 'http://a.b/c?d=e', 'AI', 'e.g.', 'i.e.', "'s", '℃', '①'],
  ...[
    '中文',
    '日本語の',
    'カナ',
    '한국어',
    'ㅋㅋ',
    'ᄒ',
    'مرحبا',
    'привет',
    '😀',
    '👨‍👩‍👧',
    '𠮷',
    'ﬁ',
    'Z̷a',
    'naïve',
    'hello'
  ]
]
const text = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...pieces) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) }
    ),
    { maxLength: 24 }
  )
  .map((parts) => parts.join(''))

const silent: Frontend = { pronounce: (normText) => ({ normText, phones: [] }) }
const load = async (): Promise<Frontend> => silent
const frontend = createTextFrontend({ ja: load, ko: load })

describe('any string', () => {
  it('is read in every mode without an error, to known symbols', { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        text,
        fc.constantFrom(...LANGUAGE_MODES.v2),
        fc.constantFrom(...CUT_METHODS),
        async (input, language, cut) => {
          for await (const piece of frontend.pieces(input, { language, cut })) {
            expect(piece.phoneIds.every((id) => id >= 0 && id < SYMBOLS.v2.length)).toBe(true)
          }
        }
      ),
      { numRuns: 20_000 }
    )
  })

  it('is read as English without an error', { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(text, async (input) => {
        const piece = await frontend.pronounce(input, { language: 'en' })
        expect(piece.phones.length).toBeGreaterThan(0)
      }),
      { numRuns: 5_000 }
    )
  })
})
