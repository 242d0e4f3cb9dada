import { beforeAll, describe, expect, it } from 'vitest'
import type { Frontend } from '../../../lib/text/language.js'
import { loadChinese } from '../../../lib/text/zh/index.js'

describe('a sentence of thousands of characters', () => {
  let chinese: Frontend
  beforeAll(async () => {
    chinese = await loadChinese()
  })

  it('is read in parts that end between words, so that nothing changes', () => {
    const words = '我们今天去图书馆看书学习'
    const { phones } = chinese.pronounce(words.repeat(3), 'v2')
    const period = phones.slice(phones.length / 3, (2 * phones.length) / 3).join(' ')
    const long = chinese.pronounce(words.repeat(1_000), 'v2').phones
    const periods = new Set<string>()
    for (let start = 2 * words.length; start < long.length; start += 2 * words.length) {
      periods.add(long.slice(start, start + 2 * words.length).join(' '))
    }
    expect(long).toHaveLength(2 * words.length * 1_000)
    expect([...periods]).toEqual([period])
  })

  it('is read in parts where no word is known', () => {
    expect(chinese.pronounce('龘'.repeat(5_000), 'v2').phones).toHaveLength(10_000)
  })
})
