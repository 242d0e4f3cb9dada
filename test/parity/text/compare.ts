import { cutText } from '../../../lib/text/cut.js'
import { preSegment, type CutMethod } from '../../../lib/text/index.js'
import type { LanguageSegmenter } from '../../../lib/text/segment/index.js'
import type { CutRow, FrontRow, Row, SegmentRow } from './golden.js'
import type { Frontends, RowReader } from './frontends.js'
import { editDistance, sameList, type Outcome } from './score.js'

const verdict = (exact: boolean): Outcome => ({ exact, norm: null, word2ph: null, edits: 0, expected: 0 })

function compareCut(row: CutRow): Outcome {
  const wrong = Object.entries(row.methods).filter(([name, { cut, pre_seg: pieces }]) => {
    const method = name as CutMethod
    const isCut = typeof cut !== 'string' || cutText(row.text, method) === cut
    return !isCut || !sameList(preSegment(row.text, row.lang_mode, method), pieces ?? [])
  })
  return verdict(wrong.length === 0)
}

function compareSegments(row: SegmentRow, segmenter: LanguageSegmenter): Outcome {
  const runs = segmenter.split(row.text, row.default_lang || undefined)
  const found = runs.map(({ language, text }) => `${language}\t${text}`)
  const expected = row.segments.map(({ lang, text }) => `${lang}\t${text}`)
  return verdict(sameList(found, expected))
}

async function compareFront(row: FrontRow, reader: RowReader): Promise<Outcome> {
  const piece = await reader.pronounce(row)
  if (row.error !== undefined) return verdict(piece.segments.length === 0)
  const accepted = [row.phone_ids, ...(row.alternatives ?? []).map((other) => other.phone_ids)]
  const exact = accepted.some((ids) => sameList(ids, piece.phoneIds))
  return {
    exact,
    norm: piece.normText === row.norm_text,
    word2ph: sameList(piece.word2ph ?? [], row.word2ph ?? []),
    edits: exact ? 0 : editDistance(row.phones, piece.phones),
    expected: row.phones.length
  }
}

/** Compares one row with what upstream gave. What throws has failed, and says why. */
export async function compare(
  row: Row,
  file: string,
  frontends: Frontends,
  segmenter: LanguageSegmenter,
  report: (message: string) => void
): Promise<Outcome> {
  try {
    if (row.kind === 'cut') return compareCut(row)
    if (row.kind === 'seg') return compareSegments(row, segmenter)
    return await compareFront(row, frontends.of(file))
  } catch (error) {
    report(error instanceof Error ? error.message : String(error))
    const phones = row.kind === 'front' && row.error === undefined ? row.phones.length : 0
    return phones ? { exact: false, norm: false, word2ph: false, edits: phones, expected: phones } : verdict(false)
  }
}
