import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Frontend } from '../../../lib/text/language.js'
import { loadCantonese } from '../../../lib/text/yue/index.js'
import { loadChinese } from '../../../lib/text/zh/index.js'

/** Marks, units and characters that the rules look at, among any other code unit. */
const pieces = [
  ...Array.from('0123456789.,!?…-—:;~～+×÷=/%°²³ⁿ“”’()《》，。！？、；：·￥^$\n \0\ud800\udfff①α'),
  ...[
    'km',
    'cm²',
    '℃',
    '摄氏度',
    '年',
    '月',
    '日',
    '2024',
    '12:30',
    '138',
    '400-',
    '86',
    '多',
    '个',
    '1e999',
    '½',
    '𠮷'
  ],
  ...Array.from('不一儿子了个们上下来去好小老虎看第嗯呣兙龘聲點')
]
const text = fc
  .array(
    fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...pieces) },
      { weight: 2, arbitrary: fc.integer({ min: 0x4e00, max: 0x9fff }).map((code) => String.fromCharCode(code)) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) }
    ),
    { maxLength: 30 }
  )
  .map((parts) => parts.join(''))

describe('any text', () => {
  let frontends: Frontend[]
  beforeAll(async () => {
    frontends = [
      await loadChinese(),
      await loadChinese({ polyphones: (sentence) => Array.from(sentence) }),
      await loadCantonese()
    ]
  })

  it('gives phones that belong to characters of the normalised text', () => {
    fc.assert(
      fc.property(text, fc.constantFrom('v1' as const, 'v2' as const), (input, version) => {
        for (const frontend of frontends) {
          const { normText, phones, word2ph } = frontend.pronounce(input, version)
          expect(normText).toMatch(/^[\u4e00-\u9fa5!?…,.-]*$/)
          expect(word2ph).toHaveLength(normText.length)
          expect(word2ph?.reduce((sum, count) => sum + count, 0)).toBe(phones.length)
          expect(phones.every((phone) => phone !== '')).toBe(true)
        }
      }),
      { numRuns: 8_000 }
    )
  })
})
