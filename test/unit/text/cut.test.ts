import { describe, expect, it } from 'vitest'
import { cutText } from '../../../lib/text/cut.js'
import { CUT_METHODS, preSegment, type CutMethod, type LanguageMode } from '../../../lib/text/index.js'
import { readRows } from './fixtures.js'

interface Row {
  readonly text: string
  readonly mode: LanguageMode
  readonly pieces: Readonly<Record<CutMethod, readonly string[]>>
}

describe('cutting', () => {
  it.each(CUT_METHODS)('gives the pieces that upstream gives with %s', (method) => {
    const rows = readRows<Row>('cut.jsonl')
    expect(rows.length).toBeGreaterThan(90)
    for (const { text, mode, pieces } of rows) expect(preSegment(text, mode, method), text).toEqual(pieces[method])
  })

  it('keeps five to eight sentences whole with cut1', () => {
    expect(cutText('一。'.repeat(8), 'cut1')).toBe('一。'.repeat(8))
    expect(cutText('一。'.repeat(9), 'cut1')).toBe(`${'一。'.repeat(4)}\n${'一。'.repeat(5)}`)
  })

  it('does not cut a decimal number', () => {
    expect(cutText('It is 3.5 wide. Yes', 'cut5')).toBe('It is 3.5 wide.\n Yes')
    expect(cutText('It is 3.5 wide. Yes', 'cut4')).toBe('It is 3.5 wide\n Yes')
  })

  it('gives no pieces for blank text, marks and emoji', () => {
    for (const text of ['', ' ', '\n\n', '。！？', '😀', '\u200b', '\0']) {
      for (const method of CUT_METHODS) expect(preSegment(text, 'zh', method), JSON.stringify(text)).toEqual([])
    }
  })

  it('splits a piece longer than BERT reads, counted in code points', () => {
    const pieces = preSegment(`${'𠮷'.repeat(300)}，`.repeat(3), 'zh', 'cut0')
    expect(pieces.filter(Boolean).map((piece) => [...piece].length)).toEqual([301, 301, 301])
  })

  it('leaves a stretch without marks whole', () => {
    expect(preSegment('字'.repeat(2000), 'zh', 'cut5').join('')).toBe(`${'字'.repeat(2000)}。`)
  })
})
