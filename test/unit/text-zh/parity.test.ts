import { beforeAll, describe, expect, it } from 'vitest'
import type { Frontend } from '../../../lib/text/language.js'
import { loadChinese } from '../../../lib/text/zh/index.js'
import { asRow, readRows } from './fixtures.js'

describe('Mandarin, as upstream reads it', () => {
  let chinese: Frontend
  beforeAll(async () => {
    chinese = await loadChinese()
  })

  it('without a polyphone model', () => {
    for (const { id, version, text, normText, phones, word2ph } of readRows('mandarin.jsonl')) {
      expect({ id, ...asRow(chinese.pronounce(text, version)) }).toEqual({ id, normText, phones, word2ph })
    }
  })

  it('with the answers of a polyphone model, asked sentence by sentence in order', async () => {
    let expected: (readonly [string, string])[] = []
    const asked = await loadChinese({
      polyphones: (sentence) => {
        const [next, readings] = expected.shift() ?? []
        expect(sentence).toBe(next)
        return readings?.split(' ')
      }
    })
    for (const { id, version, text, normText, phones, word2ph, polyphones } of readRows('mandarin-polyphones.jsonl')) {
      expected = [...(polyphones ?? [])]
      expect({ id, ...asRow(asked.pronounce(text, version)) }).toEqual({ id, normText, phones, word2ph })
      expect(expected).toEqual([])
    }
  })

  it('on texts composed of words, rare characters, numbers, units and marks', () => {
    const rows = readRows<{ text: string; mandarin: { normText: string; phones: string } }>('composed.jsonl')
    for (const { text, mandarin } of rows) {
      const { normText, phones } = asRow(chinese.pronounce(text, 'v2'))
      expect({ text, normText, phones }).toEqual({ text, ...mandarin })
    }
  })
})
