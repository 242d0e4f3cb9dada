import { beforeAll, describe, expect, it } from 'vitest'
import type { Frontend } from '../../../lib/text/language.js'
import { loadCantonese } from '../../../lib/text/yue/index.js'
import { loadChinese } from '../../../lib/text/zh/index.js'

/** Shapes that would catch a rule that looks back, or tries again at every character. */
const shapes = [
  '1',
  '1.',
  '1-',
  '1~',
  '1+',
  'a+',
  'x²',
  '1:11~',
  '1.1%',
  '1cm~',
  '.1',
  'm',
  '好',
  '不',
  '一',
  '儿',
  '龘靐',
  '，',
  '好\n',
  '#',
  '.',
  '😀'
]

/** Eight times the text may take at most this many times as long: linear is 8, quadratic 64. */
const most = 20
const short = 6_000
/** Below this the compiler and the collector decide, not the rule. */
const leastMilliseconds = 30

/** Of the processor: other programs do not count. */
function milliseconds(action: () => void): number {
  const start = process.cpuUsage()
  action()
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000
}

const best = (action: () => void) => Math.min(...[0, 1, 2].map(() => milliseconds(action)))

describe('time grows with the length of the text', () => {
  let mandarin: Frontend
  let cantonese: Frontend
  beforeAll(async () => {
    mandarin = await loadChinese()
    cantonese = await loadCantonese()
  })

  it.each(shapes)('for %j', { timeout: 120_000 }, (shape) => {
    for (const frontend of [mandarin, cantonese]) {
      const read = (length: number) => {
        const text = shape.repeat(Math.ceil(length / shape.length))
        return best(() => frontend.pronounce(text, 'v2'))
      }
      read(short)
      const base = Math.max(leastMilliseconds, read(short))
      expect(read(8 * short) / base).toBeLessThan(most)
    }
  })
})
