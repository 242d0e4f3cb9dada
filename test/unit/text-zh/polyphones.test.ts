import { beforeAll, describe, expect, it } from 'vitest'
import type { Frontend } from '../../../lib/text/language.js'
import { loadChinese } from '../../../lib/text/zh/index.js'

describe('a polyphone model', () => {
  let dictionary: Frontend
  beforeAll(async () => {
    dictionary = await loadChinese()
  })

  it('decides how a character is read', async () => {
    const chinese = await loadChinese({ polyphones: () => ['ta1', 'hen3', 'chang2', '.'] })
    expect(dictionary.pronounce('它很长。', 'v2').phones.slice(4, 6)).toEqual(['zh', 'ang3'])
    expect(chinese.pronounce('它很长。', 'v2').phones.slice(4, 6)).toEqual(['ch', 'ang2'])
  })

  it('is overruled by the table of corrections', async () => {
    const chinese = await loadChinese({ polyphones: () => ['shuo1', 'fu4'] })
    expect(chinese.pronounce('说服', 'v2').phones).toEqual(['sh', 'uo1', 'f', 'u2'])
  })

  it.each<[string, () => string[] | undefined]>([
    ['has no answer', () => undefined],
    ['answers for too few characters', () => ['ta1']],
    ['answers with what is no pinyin', () => ['', '?!', 'qx9', '\0']]
  ])('leaves the choice to the dictionaries when it %s', async (_, polyphones) => {
    const chinese = await loadChinese({ polyphones })
    expect(chinese.pronounce('他好人。', 'v2')).toEqual(dictionary.pronounce('他好人。', 'v2'))
  })

  it('is not asked for v1 voices', async () => {
    const asked: string[] = []
    const chinese = await loadChinese({ polyphones: (sentence) => void asked.push(sentence) })
    expect(chinese.pronounce('他好人。', 'v1')).toEqual(dictionary.pronounce('他好人。', 'v1'))
    expect(asked).toEqual([])
  })

  it('is asked about each sentence of the normalised text', async () => {
    const asked: string[] = []
    const chinese = await loadChinese({ polyphones: (sentence) => void asked.push(sentence) })
    chinese.pronounce('三点了，他2只问：“走吗？”', 'v2')
    expect(asked).toEqual(['三点了,', '他两只问,', '走吗?'])
  })
})
