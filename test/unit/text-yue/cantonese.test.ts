import { beforeAll, describe, expect, it } from 'vitest'
import type { Frontend } from '../../../lib/text/language.js'
import { loadCantonese } from '../../../lib/text/yue/index.js'
import { getJyutpingList } from 'to-jyutping'
import { ReadingTable } from '../../../lib/text/han-words/readings.js'
import { asRow, readRows } from '../text-zh/fixtures.js'

describe('Cantonese', () => {
  let cantonese: Frontend
  beforeAll(async () => {
    cantonese = await loadCantonese()
  })

  it('is read as upstream reads it', () => {
    for (const { id, version, text, normText, phones, word2ph } of readRows('cantonese.jsonl')) {
      expect({ id, ...asRow(cantonese.pronounce(text, version)) }).toEqual({ id, normText, phones, word2ph })
    }
  })

  it('is read as upstream reads it where words, rare characters, numbers, units and marks are mixed', () => {
    const rows = readRows<{ text: string; cantonese: { normText: string; phones: string } }>('composed.jsonl')
    for (const { text, cantonese: expected } of rows) {
      const { normText, phones } = asRow(cantonese.pronounce(text, 'v2'))
      expect({ text, normText, phones }).toEqual({ text, ...expected })
    }
  })

  it('finds the words and readings that to-jyutping finds', () => {
    const readings = new ReadingTable<string | null>(
      'yue/words.bin.br',
      (syllable) => syllable,
      () => null
    )
    const expectSame = (text: string): void =>
      expect({ text, read: readings.read(text) }).toEqual({ text, read: getJyutpingList(text).map(([, read]) => read) })
    const han = readRows('cantonese.jsonl').flatMap(({ text }) => text.match(/[\u4e00-\u9fa5]/g) ?? [])
    for (let sample = 0; sample < 500; sample++) {
      // Pieces of sentences, so that words are met whole, parted, and side by side as they never were.
      const pieces = Array.from({ length: 8 }, (_, piece) => {
        const from = ((sample * 8 + piece) * 2654435761) % han.length
        return han.slice(from, from + 1 + ((sample + piece) % 5)).join('')
      })
      expectSame(pieces.join(''))
    }
    for (let code = 0x4e00; code <= 0x9fa5; code += 64) {
      for (let next = code; next < Math.min(code + 64, 0x9fa6); next++) expectSame(String.fromCharCode(next))
    }
  })

  it('splits a syllable into an initial and a final with its tone', () => {
    expect(cantonese.pronounce('廣東話', 'v2').phones).toEqual(['Ygw', 'Yong2', 'Yd', 'Yung1', 'Yw', 'Yaa2'])
  })

  it('repeats the letter of a syllable that is all initial', () => {
    expect(cantonese.pronounce('唔', 'v2').phones).toEqual(['Ym', 'Ym4'])
  })

  it('keeps every mark', () => {
    const { normText, phones, word2ph } = cantonese.pronounce('好！！', 'v2')
    expect({ normText, phones, word2ph }).toEqual({
      normText: '好!!',
      phones: ['Yh', 'You2', '!', '!'],
      word2ph: [2, 1, 1]
    })
  })

  it('leaves a character without a reading out of the text', () => {
    expect(cantonese.pronounce('好乊鬧', 'v2')).toMatchObject({
      normText: '好闹',
      word2ph: [2, 2],
      warnings: ['no known Cantonese reading, skipped: 乊']
    })
  })

  it('skips what has no reading and says so', () => {
    const { normText, warnings } = cantonese.pronounce('好𠮷K', 'v2')
    expect(normText).toBe('好')
    expect(warnings).toEqual(['not read in Cantonese, skipped: 𠮷 K'])
  })
})
