import { beforeAll, describe, expect, it } from 'vitest'
import { CompoundSplitter } from '../../../lib/text/en/compounds.js'
import { loadEnglish } from '../../../lib/text/en/index.js'
import { normalizeEnglish } from '../../../lib/text/en/normalize.js'
import { cardinal, ordinalOf, spokenNumber } from '../../../lib/text/en/numbers.js'
import { SpellingNetwork } from '../../../lib/text/en/spelling-network.js'
import { tokenize } from '../../../lib/text/en/tokenize.js'
import { TENS_AND_UNITS, WHOLE_NUMBERS } from '../../../lib/text/en/words.js'
import { createTextFrontend, type Frontend } from '../../../lib/text/index.js'
import { readRows } from './fixtures.js'

interface Row {
  readonly text: string
  readonly normText: string
  readonly phoneIds: readonly number[]
}

let english: Frontend
beforeAll(async () => {
  english = await loadEnglish()
})
const phones = (text: string): string => english.pronounce(text, 'v2').phones.join(' ')

describe('English', () => {
  it('reads every recorded text as upstream does', async () => {
    const frontend = createTextFrontend()
    const rows = readRows<Row>('english.jsonl')
    expect(rows.length).toBeGreaterThan(100)
    for (const row of rows) {
      const piece = await frontend.pronounce(row.text, { language: 'en' })
      expect({ normText: piece.normText, phoneIds: [...piece.phoneIds] }, row.text).toEqual({
        normText: row.normText,
        phoneIds: row.phoneIds
      })
    }
  })

  it('takes the reading of a homograph that its part of speech asks for', () => {
    expect(phones('They refuse.')).toContain('R IH0 F Y UW1 Z')
    expect(phones('Take out the refuse.')).toContain('R EH1 F Y UW2 Z')
  })

  it('reads written numbers as the tables of compounds and the network do', () => {
    const compounds = new CompoundSplitter()
    const network = new SpellingNetwork()
    const units =
      'one two three four five six seven eight nine first second third fourth fifth sixth seventh eighth ninth'
    for (const tens of 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ')) {
      for (const unit of units.split(' ')) {
        const word = `${tens}-${unit}`
        const [, ...parts] = TENS_AND_UNITS.exec(word)!
        if (WHOLE_NUMBERS.has(word)) {
          expect(compounds.split(word), word).toEqual([tens + unit])
          expect(WHOLE_NUMBERS.get(word), word).toBe(network.predict(word).join(' '))
        } else expect(compounds.split(word), word).toEqual(parts)
      }
    }
    expect(WHOLE_NUMBERS.size).toBe(6)
    expect(TENS_AND_UNITS.test('party-one')).toBe(false)
  })

  it('gives a possessive the sound that its stem asks for', () => {
    expect(phones("the zebrafish's tail")).toContain('SH AH0 Z')
    expect(phones("the pilot's seat")).toContain('T S S IY1 T')
  })

  it('reads a compound that no dictionary has by its parts', () => {
    expect(phones('a filetype')).toContain('F AY1 L T AY1 P')
  })

  it('guesses a word that cannot be divided', () => {
    expect(phones('blargify it all')).toContain('B L AA1 R G IH1 F W AY1')
  })

  it('puts a pause in front of a very short word', () => {
    expect(phones('I')).toBe(', AY1')
    expect(phones(' ')).toBe(',')
  })
})

describe('English normalisation', () => {
  it.each([
    ['1. Open', 'first, Open'],
    ['at 13:05 or 4:00', "at one five p.m. or four o'clock a.m."],
    ['$3.50 and 5£', 'three dollars and fifty cents and five pounds'],
    ['3/4 of 1/2', 'three fourths of one half'],
    ['1.05', 'one point zero five'],
    ['1,234 km', 'twelve thirty-four km'],
    ['5km and 1h', 'five kilometers and one hour'],
    ['x + 2 = 3', 'x plus two Equals three'],
    ['AI and café', 'A I and cafe'],
    ['Really?!... yes', 'Really? yes']
  ])('writes %j as %j', (text, expected) => {
    expect(normalizeEnglish(text)).toBe(expected)
  })

  it('does not fail on an amount with a bracket, on which upstream does', () => {
    expect(normalizeEnglish('(5$)')).toBe('five dollars')
  })
})

describe('numbers in words', () => {
  it.each([
    ['0', 'zero'],
    ['21', 'twenty-one'],
    ['1001', 'one thousand and one'],
    ['1121', 'one thousand, one hundred and twenty-one'],
    ['1000000', 'one million'],
    ['1000005', 'one million and five']
  ])('reads %s as %s', (digits, words) => {
    expect(cardinal(digits)).toBe(words)
  })

  it.each([
    ['1905', 'nineteen oh five'],
    ['1900', 'nineteen hundred'],
    ['2003', 'two thousand three'],
    ['2024', 'twenty twenty-four'],
    ['3000', 'three thousand'],
    ['12345', 'twelve thousand, three hundred forty-five']
  ])('reads %s in running text as %s', (digits, words) => {
    expect(spokenNumber(digits)).toBe(words)
  })

  it('reads a number beyond the named powers digit by digit', () => {
    expect(cardinal('1'.repeat(400)).split(' ')).toHaveLength(400)
  })

  it('makes ordinals of the last word', () => {
    expect(['twenty', 'twenty-one', 'twelve', 'six'].map(ordinalOf)).toEqual([
      'twentieth',
      'twenty-first',
      'twelfth',
      'sixth'
    ])
  })
})

describe('English tokens', () => {
  it.each([
    ["don't stop-gap it--", ["don't", 'stop-gap', 'it', '-', '-']],
    ['see example.com.', ['see', 'example.com', '.']],
    ['p.m. now', ['p', '.', 'm', '.', 'now']],
    ["'tis ''''''", ["'", 'tis', "'", "'", "'"]],
    ['co-op.org', ['co-op.org']]
  ])('cuts %j', (text, tokens) => {
    expect(tokenize(text)).toEqual(tokens)
  })
})
