import { beforeAll, describe, expect, it } from 'vitest'
import type { Frontend } from '../../../lib/text/language.js'
import { loadChinese } from '../../../lib/text/zh/index.js'

describe('what is read for', () => {
  let chinese: Frontend
  beforeAll(async () => {
    chinese = await loadChinese()
  })
  const normalized = (text: string) => chinese.pronounce(text, 'v2').normText

  it.each([
    ['a date', '2024年5月1日', '二零二四年五月一日'],
    ['a date with separators', '2024-05-01', '二零二四年五月一日'],
    ['a time', '8:05', '八点零五分'],
    ['half past', '8:30', '八点半'],
    ['a span of time', '8:00-12:15', '八点至十二点十五分'],
    ['a temperature', '-3.5°C', '零下三点五度'],
    ['a measured range', '3cm~5cm', '三厘米至五厘米'],
    ['arithmetic', '1+2=3', '一加二等于三'],
    ['a chain of operators', '1-2×3÷4', '一减二乘三除四'],
    ['a power', '5²', '五的二次方'],
    ['a fraction', '-3/4', '负四分之三'],
    ['a percentage', '99.50%', '百分之九十九点五零'],
    ['a mobile number', '13800138000', '幺三八零零幺三八零零零'],
    ['a landline', '01012345678', '零幺零幺二三四五六七八'],
    ['a service number', '4001234567', '四零零幺二三四五六七'],
    ['a range', '3~5天', '三到五天'],
    ['a hyphen between numbers', '3-5天', '三减五天'],
    ['a version', '1.12.3', '一点一二点三'],
    ['two of something', '2个', '两个'],
    ['more than thirty', '30+人', '三十多人'],
    ['a long number without a measure word', '1234', '幺二三四'],
    ['a large count', '100000002元', '一亿零二元'],
    ['zeros', '000元', '零元'],
    ['traditional characters', '點書', '点书'],
    ['full-width digits', '１２个', '十二个'],
    ['Greek letters and circled numbers', 'α①', '阿尔法一'],
    ['a rate', '3元/斤', '三元每斤']
  ])('%s', (_, text, spoken) => {
    expect(normalized(text)).toBe(spoken)
  })

  it('keeps one mark of several in a row, and forgets newlines', () => {
    expect(normalized('好！！？\n真好。')).toBe('好!真好.')
  })

  it('reads a number of 20,000 digits', () => {
    const spoken = normalized(`${'9'.repeat(20_000)}元`)
    expect(spoken.startsWith('九千九百九十九万九千九百九十九亿')).toBe(true)
    expect(spoken.endsWith('九元')).toBe(true)
  })
})
