import type { SymbolVersion } from './language.js'
import type { BertSpan, TextPiece, TextSegment } from './piece.js'
import { symbolIds } from './symbols.js'

/** Phones per code point of the whole text, when every segment has them. */
function joinedWord2ph(segments: readonly TextSegment[]): number[] | undefined {
  const joined: number[] = []
  for (const { word2ph } of segments) {
    if (!word2ph) return undefined
    for (const count of word2ph) joined.push(count)
  }
  return joined
}

function withKnownPhones(segment: TextSegment, ids: ReadonlyMap<string, number>): TextSegment {
  return { ...segment, phones: segment.phones.map((phone) => (ids.has(phone) ? phone : 'UNK')) }
}

/** Puts segments together into one piece: known phones, ids, and where Chinese BERT features go. */
export function assemble(
  text: string,
  read: readonly TextSegment[],
  version: SymbolVersion,
  dotPrefixed: boolean
): TextPiece {
  const ids = symbolIds(version)
  const segments = read.map((segment) =>
    segment.phones.every((phone) => ids.has(phone)) ? segment : withKnownPhones(segment, ids)
  )
  const bertSpans: BertSpan[] = []
  const phones: string[] = []
  for (const { language, normText, word2ph, phones: own } of segments) {
    if (language === 'zh' && word2ph) {
      bertSpans.push({ normText, word2ph, firstPhone: phones.length, phoneCount: own.length })
    }
    for (const phone of own) phones.push(phone)
  }
  return {
    text,
    normText: segments.map((segment) => segment.normText).join(''),
    phones,
    phoneIds: Int32Array.from(phones, (phone) => ids.get(phone)!),
    segments,
    word2ph: joinedWord2ph(segments),
    bertSpans,
    dotPrefixed,
    warnings: segments.flatMap((segment) => segment.warnings ?? [])
  }
}
