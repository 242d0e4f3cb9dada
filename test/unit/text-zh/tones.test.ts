import { beforeAll, describe, expect, it } from 'vitest'
import type { Frontend, SymbolVersion } from '../../../lib/text/language.js'
import { loadChinese } from '../../../lib/text/zh/index.js'

describe('tones', () => {
  let chinese: Frontend
  beforeAll(async () => {
    chinese = await loadChinese()
  })
  const tones = (text: string, version: SymbolVersion = 'v2') =>
    chinese
      .pronounce(text, version)
      .phones.map((phone) => /\d$/.exec(phone)?.[0])
      .filter((tone) => tone !== undefined)
      .join('')

  it.each([
    ['不 rises before a fourth tone', '不怕', '24'],
    ['不 is neutral inside a word', '看不懂', '453'],
    ['一 rises before a fourth tone', '一段', '24'],
    ['一 falls before the others', '一天', '41'],
    ['一 is neutral between a repeated verb', '看一看', '454'],
    ['一 keeps its tone in an ordinal', '第一', '41'],
    ['the first of two third tones rises', '你好', '23'],
    ['all but the last of three third tones rise after a word of two', '展览馆', '223'],
    ['a word of one before two third tones keeps its own', '小老虎', '323'],
    ['a repeated noun ends in a neutral tone', '奶奶', '35'],
    ['a particle is neutral', '好吧', '35'],
    ['a listed word ends in a neutral tone', '知识', '15'],
    ['the measure word 个 is neutral after a number', '三个', '15']
  ])('%s', (_, text, expected) => {
    expect(tones(text)).toBe(expected)
  })

  it('儿 takes the tone before it, but not in v1 voices', () => {
    expect(tones('老汉儿')).toBe('344')
    expect(tones('老汉儿', 'v1')).toBe('342')
  })

  it('儿 stays on its own in a word such as 婴儿', () => {
    expect(tones('婴儿')).toBe('12')
  })
})
