import type { SymbolVersion } from './language.js'
import type { BertSpan, TextPiece, TextSegment } from './piece.js'
import { symbolIds } from './symbols.js'

/** Phones per code point of the whole text, when every segment has them. */
function joinedWord2ph(segments: readonly TextSegment[]): readonly number[] | undefined {
  if (segments.length === 1) return segments[0]!.word2ph
  const joined: number[] = []
  let isWhole = true
  for (const { word2ph } of segments) {
    if (!word2ph) isWhole = false
    else for (const count of word2ph) joined.push(count)
  }
  return isWhole ? joined : undefined
}

const UNKNOWN = 'UNK'

function phonesOf(segments: readonly TextSegment[]): readonly string[] {
  if (segments.length === 1) return segments[0]!.phones
  const phones: string[] = []
  for (const segment of segments) for (const phone of segment.phones) phones.push(phone)
  return phones
}

const NO_WARNINGS: readonly string[] = []

function warningsOf(segments: readonly TextSegment[]): readonly string[] {
  if (segments.every(({ warnings }) => !warnings || warnings.length === 0)) return NO_WARNINGS
  return segments.flatMap((segment) => segment.warnings ?? [])
}

/** Not `Int32Array.from`, which first gathers a list of its own. */
function idsOf(phones: readonly string[], ids: ReadonlyMap<string, number>): Int32Array {
  const unknown = ids.get(UNKNOWN)!
  const found = new Int32Array(phones.length)
  for (let index = 0; index < phones.length; index++) found[index] = ids.get(phones[index]!) ?? unknown
  return found
}

function withKnownPhones(segment: TextSegment, ids: ReadonlyMap<string, number>): TextSegment {
  const { text, language, normText, phones, word2ph, warnings } = segment
  const known = phones.map((phone) => (ids.has(phone) ? phone : UNKNOWN))
  return { text, language, normText, phones: known, word2ph, warnings }
}

/** Puts segments together into one piece: known phones, ids, and where Chinese BERT features go. */
export function assemble(
  text: string,
  read: readonly TextSegment[],
  version: SymbolVersion,
  dotPrefixed: boolean
): TextPiece {
  const ids = symbolIds(version)
  const readPhones = phonesOf(read)
  const phoneIds = idsOf(readPhones, ids)
  const unknown = ids.get(UNKNOWN)!
  const isKnown = !phoneIds.includes(unknown)
  const segments = isKnown ? read : read.map((segment) => withKnownPhones(segment, ids))
  const bertSpans: BertSpan[] = []
  let firstPhone = 0
  for (const { language, normText, word2ph, phones: own } of segments) {
    if (language === 'zh' && word2ph) bertSpans.push({ normText, word2ph, firstPhone, phoneCount: own.length })
    firstPhone += own.length
  }
  return {
    text,
    normText: segments.length === 1 ? segments[0]!.normText : segments.map((segment) => segment.normText).join(''),
    phones: isKnown ? readPhones : phonesOf(segments),
    phoneIds,
    segments,
    word2ph: joinedWord2ph(segments),
    bertSpans,
    dotPrefixed,
    warnings: warningsOf(segments)
  }
}
