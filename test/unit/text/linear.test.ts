import { beforeAll, describe, expect, it } from 'vitest'
import { loadEnglish } from '../../../lib/text/en/index.js'
import { preSegment, type Frontend } from '../../../lib/text/index.js'
import { LanguageSegmenter } from '../../../lib/text/segment/index.js'

/** Shapes that make a rule with nested repetition, or one that searches back, quadratic. */
const shapes = ['1', '1.', ',1', ' ', ' -', '.', 'a.', "'", '\n', '!', '$1', '1£', '(', '1/', '1 + ', '1:2', '1. ']
const mixed = ['中文字', 'カナ', '가 ', 'привет ', '😀', '\ud800', 'a\u0301', '中a', 'ㅋ', 'あ1 ']

/** Eight times the text may take at most this many times as long: linear is 8, quadratic 64. */
const MOST = 24
const SHORT = 3_000
/** Below this the compiler decides, not the rule. */
const LEAST_MILLISECONDS = 20

/** Processor time, since other work on the machine would show in the clock's. */
function milliseconds(action: () => void): number {
  const start = process.cpuUsage()
  action()
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000
}

function expectLinear(shape: string, read: (text: string) => unknown): void {
  const short = shape.repeat(SHORT)
  const long = shape.repeat(SHORT * 8)
  read(short)
  const base = Math.max(LEAST_MILLISECONDS, Math.min(...[0, 1].map(() => milliseconds(() => read(short)))))
  expect(milliseconds(() => read(long)) / base, JSON.stringify(shape)).toBeLessThan(MOST)
}

describe('time grows with the length of the text', () => {
  let english: Frontend
  let segmenter: LanguageSegmenter
  beforeAll(async () => {
    english = await loadEnglish()
    segmenter = new LanguageSegmenter()
  })

  it('in English', () => {
    for (const shape of [...shapes, 'hello there ']) expectLinear(shape, (text) => english.pronounce(text, 'v2'))
  })

  it('in the language segmenter', () => {
    for (const shape of [...shapes, ...mixed]) expectLinear(shape, (text) => segmenter.split(text))
  })

  it('in cutting', () => {
    for (const shape of [...shapes, ...mixed]) expectLinear(shape, (text) => preSegment(text, 'zh', 'cut5'))
  })

  it('in a word of 5,000 letters, which takes under a second a thousand letters', () => {
    expect(milliseconds(() => english.pronounce('qwertyuiop'.repeat(500), 'v2'))).toBeLessThan(5_000)
  })
})
