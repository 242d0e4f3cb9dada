import { codePointLength, codesOf, isDigit, stripCharacter } from './characters.js'
import type { CutMethod } from './piece.js'

/** Marks that end a sentence. */
export const SPLIT_MARKS = '，。？！,.?!~:：—…'
/** A piece of these alone is not spoken. */
const SILENT_MARKS = codesOf('!?…,.- ')
/** `cut5` ends a piece at each of these. */
const CLAUSE_MARKS = codesOf(',.;?!、，。？！：…')
const FULL_STOP = 0x2e

/** `cut2` closes a piece when it grows longer than this, in code points. */
const PIECE_LENGTH = 50
const SENTENCES_PER_PIECE = 4

function consistsOf(text: string, marks: Uint8Array): boolean {
  for (let index = 0; index < text.length; index++) if (marks[text.charCodeAt(index)] === 0) return false
  return true
}
const isSpoken = (text: string): boolean => !consistsOf(text, SILENT_MARKS)

function sentences(input: string): string[] {
  const text = input.replaceAll('……', '。').replaceAll('——', '，')
  const found: string[] = []
  let start = 0
  for (let index = 0; index < text.length; index++) {
    if (!SPLIT_MARKS.includes(text[index]!)) continue
    found.push(text.slice(start, index + 1))
    start = index + 1
  }
  if (start < text.length) found.push(`${text.slice(start)}。`)
  return found
}

/** Every four sentences, except that the last boundary is left out: five to eight sentences stay whole. */
function byFourSentences(text: string): string[] {
  const found = sentences(text)
  const groups = Math.ceil(found.length / SENTENCES_PER_PIECE)
  if (groups < 2) return [text]
  const pieces: string[] = []
  for (let group = 0; group < groups - 1; group++) {
    const end = group === groups - 2 ? found.length : (group + 1) * SENTENCES_PER_PIECE
    pieces.push(found.slice(group * SENTENCES_PER_PIECE, end).join(''))
  }
  return pieces
}

function byLength(text: string): string[] {
  const found = sentences(text)
  if (found.length < 2) return [text]
  const pieces: string[] = []
  let piece: string[] = []
  let length = 0
  for (const sentence of found) {
    piece.push(sentence)
    length += codePointLength(sentence)
    if (length <= PIECE_LENGTH) continue
    pieces.push(piece.join(''))
    piece = []
    length = 0
  }
  if (piece.length) pieces.push(piece.join(''))
  const last = pieces.at(-1)!
  if (pieces.length < 2 || codePointLength(last) >= PIECE_LENGTH) return pieces
  return [...pieces.slice(0, -2), pieces.at(-2)! + last]
}

function byClause(text: string): string[] {
  const pieces: string[] = []
  let start = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (CLAUSE_MARKS[code] === 0 || (code === FULL_STOP && isBetweenDigits(text, index))) continue
    pieces.push(text.slice(start, index + 1))
    start = index + 1
  }
  if (start < text.length) pieces.push(text.slice(start))
  return pieces.filter((clause) => !consistsOf(clause, CLAUSE_MARKS))
}

/** Code points, since some digits lie above the first plane. */
function isBetweenDigits(text: string, index: number): boolean {
  const before = text.slice(Math.max(0, index - 2), index)
  const after = text.codePointAt(index + 1)
  return after !== undefined && isDigit(String.fromCodePoint(after)) && isDigit(Array.from(before).at(-1) ?? '')
}

const bySpeech = (pieces: readonly string[]): string => pieces.filter(isSpoken).join('\n')

const METHODS: Readonly<Record<CutMethod, (text: string) => string>> = {
  cut0: (text) => (isSpoken(text) ? text : '\n'),
  cut1: (text) => bySpeech(byFourSentences(text)),
  // A single sentence comes back as it is, spoken or not.
  cut2: (text) => (sentences(text).length < 2 ? text : bySpeech(byLength(text))),
  cut3: (text) => bySpeech(stripCharacter(text, '。').split('。')),
  cut4: (text) => bySpeech(stripCharacter(text, '.').split(/(?<!\p{Nd})\.(?!\p{Nd})/u)),
  cut5: (text) => byClause(text).join('\n')
}

export const CUT_METHODS = Object.keys(METHODS) as readonly CutMethod[]

/** Pieces of a text, a line each. */
export function cutText(text: string, method: CutMethod): string {
  const inner = stripCharacter(text, '\n')
  return inner === '' ? '' : METHODS[method](inner)
}
