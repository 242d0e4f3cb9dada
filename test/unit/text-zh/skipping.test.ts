import { beforeAll, describe, expect, it } from 'vitest'
import type { Frontend } from '../../../lib/text/language.js'
import { loadChinese } from '../../../lib/text/zh/index.js'

describe('what cannot be read', () => {
  let chinese: Frontend
  beforeAll(async () => {
    chinese = await loadChinese()
  })

  it('skips a character without a reading and says so', () => {
    const { normText, phones, word2ph, warnings } = chinese.pronounce('好兙好', 'v2')
    expect(normText).toBe('好好')
    expect(phones).toEqual(['h', 'ao3', 'h', 'ao3'])
    expect(word2ph).toEqual([2, 2])
    expect(warnings).toEqual(['no known reading, skipped: 兙'])
  })

  it('skips letters, emoji and characters beyond the tables and names each once', () => {
    const { normText, warnings } = chinese.pronounce('看AAB😀😀𠮷书', 'v2')
    expect(normText).toBe('看书')
    expect(warnings).toEqual(['not read in Chinese, skipped: A B 😀 𠮷'])
  })

  it.each(['', ' ', '\u200b', '\ud800', '\0', '《》', '\n\n'])('reads %j as nothing', (text) => {
    expect(chinese.pronounce(text, 'v2')).toEqual({ normText: '', phones: [], word2ph: [], warnings: [] })
  })

  it('turns every comma into a pause where the text asks for one', () => {
    expect(chinese.pronounce('好￥好，', 'v2').phones).toEqual(['h', 'ao3', 'SP2', 'h', 'ao3', 'SP2'])
    expect(chinese.pronounce('好^好。', 'v2').phones).toEqual(['h', 'ao3', 'SP3', 'h', 'ao3', '.'])
  })
})
