import { codePointLength, codesOf, hasWordCharacter, strip, stripCharacter } from './characters.js'
import { cutText, SPLIT_MARKS } from './cut.js'
import type { LanguageMode } from './language.js'
import type { CutMethod } from './piece.js'

/** A first clause shorter than this gets a full stop in front: the voice swallows a very short beginning (upstream). */
const SHORTEST_BEGINNING = 4
/** Pieces shorter than this are joined. */
const SHORTEST_PIECE = 5
/** BERT reads 512 tokens, two of which are its own. */
const LONGEST_PIECE = 510

/** A run of marks becomes its first one. */
function collapseMarks(text: string): string {
  return text.replace(/([!?…,.-])[!?…,.-]+/g, '$1')
}

const splitMarks = codesOf(SPLIT_MARKS)

function hasShortBeginning(text: string): boolean {
  let end = 0
  while (end < text.length && splitMarks[text.charCodeAt(end)] === 0) end++
  return end !== 0 && codePointLength(strip(text.slice(0, end))) < SHORTEST_BEGINNING
}

function joinShort(lines: readonly string[]): readonly string[] {
  if (lines.length < 2) return lines
  const joined: string[] = []
  let running = ''
  for (const line of lines) {
    running += line
    if (codePointLength(running) < SHORTEST_PIECE) continue
    joined.push(running)
    running = ''
  }
  if (running === '') return joined
  if (joined.length === 0) return [running]
  return [...joined.slice(0, -1), joined.at(-1)! + running]
}

/** Splits at marks, each staying with what it ends, and packs up to the limit; a stretch without marks stays long. */
function splitLong(text: string): string[] {
  const packed: string[] = []
  let running: string[] = []
  let length = 0
  for (const part of text.split(new RegExp(`([${SPLIT_MARKS}])`))) {
    const partLength = codePointLength(part)
    if (length + partLength > LONGEST_PIECE) {
      packed.push(running.join(''))
      running = []
      length = 0
    }
    running.push(part)
    length += partLength
  }
  if (length > 0) packed.push(running.join(''))
  return packed
}

/** The pieces that a text is spoken in. Blank text, and text without a letter or number, gives none. */
export function preSegment(
  input: string,
  mode: LanguageMode,
  cut: CutMethod,
  isSpoken: (text: string) => boolean = hasWordCharacter
): string[] {
  let text = stripCharacter(collapseMarks(input), '\n')
  if (text === '') return []
  const fullStop = mode === 'en' ? '.' : '。'
  if (hasShortBeginning(text)) text = fullStop + text
  const lines = cutText(text, cut).split('\n')
  const pieces: string[] = []
  for (const line of joinShort(lines.filter((piece) => piece !== '' && piece !== ' '))) {
    if (!isSpoken(line)) continue
    const ended = splitMarks[line.charCodeAt(line.length - 1)] === 1 ? line : line + fullStop
    if (codePointLength(ended) > LONGEST_PIECE) pieces.push(...splitLong(ended))
    else pieces.push(ended)
  }
  return pieces
}
