import type { LanguageRun } from '../frontend.js'
import type { SpokenLanguage } from '../language.js'
import { hasKana } from './detect.js'
import { digitsSide, isLostWhenUnknown } from './relabel.js'
import { isLatinLetter, kindAt } from './runs.js'

/** English, whatever else the mode speaks, or digits that have yet to be given to a neighbour. */
type Side = 'en' | 'own' | 'digit'

/** Neighbouring characters of one side; `text.slice(start, end)`. */
interface Stretch {
  side: Side
  readonly start: number
  end: number
}

/** What characters alone tell of a text. */
interface Scan {
  readonly stretches: Stretch[]
  /** Runs of Han and kana, with the spaces after them. */
  readonly han: readonly string[]
}

const MIDDLE_DOT = 0xb7
const APOSTROPHE = 0x27

/**
 * The text's sides. Undefined where labels of words may decide instead: line breaks join parts by their label, other
 * letters than A to Z may be of any language, and a middle dot makes a word that it follows no English.
 */
function scan(text: string): Scan | undefined {
  const stretches: Stretch[] = []
  const han: string[] = []
  let hanStart = -1
  let side: Side | undefined
  let hasDot = false
  let hasLatin = false
  for (let at = 0; at < text.length; at++) {
    const kind = kindAt(text, at)
    if (kind === 'space') continue
    if (kind === 'han' ? hanStart < 0 : hanStart >= 0) {
      if (kind === 'han') hanStart = at
      else {
        han.push(text.slice(hanStart, at))
        hanStart = -1
      }
    }
    if (kind === 'punctuation') {
      const code = text.charCodeAt(at)
      hasDot ||= code === MIDDLE_DOT
      // After anything but a letter it may belong to the run or be a mark.
      if (code === APOSTROPHE && side !== 'en') return undefined
      continue
    }
    if (kind === 'newline' || (kind === 'other' && !isLatinLetter(text.charCodeAt(at)))) return undefined
    const next = kind === 'other' ? 'en' : kind === 'digit' ? 'digit' : 'own'
    hasLatin ||= next === 'en'
    if (next === side) continue
    // Marks belong to what is before them, at the start of the text to what comes after.
    const last = stretches.at(-1)
    if (last) last.end = at
    stretches.push({ side: next, start: last ? at : 0, end: text.length })
    side = next
  }
  if (hanStart >= 0) han.push(text.slice(hanStart))
  return hasLatin && hasDot ? undefined : { stretches, han }
}

/** Gives digits to a neighbour, in order. False where that hangs on how long the neighbours' own parts are. */
function giveDigits(text: string, stretches: readonly Stretch[]): boolean {
  let before: Stretch | undefined
  for (const [index, stretch] of stretches.entries()) {
    const after = stretches[index + 1]
    if (stretch.side === 'digit') {
      const side = digitSide(text, before, stretch, after)
      if (!side) return false
      stretch.side = side
    }
    if (before?.side === stretch.side) before.end = stretch.end
    else before = { side: stretch.side, start: stretch.start, end: stretch.end }
  }
  return true
}

function digitSide(
  text: string,
  before: Stretch | undefined,
  digits: Stretch,
  after: Stretch | undefined
): Side | undefined {
  if (!before) return after?.side ?? 'own'
  if (!after || before.side === after.side) return before.side
  const decided = digitsSide(text.charAt(digits.start - 1), text.charAt(after.start), text.charAt(digits.end - 1))
  if (decided) return decided === 'before' ? before.side : after.side
  // Then the longer one takes them. English is all its letters; the other may be several parts.
  const [lengthBefore, lengthAfter] = [before.end - before.start, after.end - after.start]
  if (before.side === 'en' && lengthBefore >= lengthAfter) return before.side
  if (after.side === 'en' && lengthBefore < lengthAfter) return after.side
  return undefined
}

/** English apart, everything else in one language. Spans of one side become one run. */
function joinRuns(text: string, stretches: readonly Stretch[], language: SpokenLanguage): LanguageRun[] {
  const runs: { text: string; language: SpokenLanguage }[] = []
  for (const { side, start, end } of stretches) {
    const label = side === 'en' ? 'en' : language
    const last = runs.at(-1)
    if (last?.language === label) last.text += text.slice(start, end)
    else runs.push({ text: text.slice(start, end), language: label })
  }
  return runs
}

/**
 * Runs of a text in one language and English, where its characters tell the two apart: A to Z are English and Han, kana
 * and Hangul are not, whatever their words are labelled. Undefined where the labels are needed.
 * A stretch of Han in no language would lose characters: `isKnown` finds out.
 */
export function runsByScript(
  text: string,
  language: SpokenLanguage,
  isKnown: (stretch: string) => boolean
): LanguageRun[] | undefined {
  const scanned = scan(text)
  if (!scanned) return undefined
  const { stretches, han } = scanned
  if (stretches.length === 0) return [{ text, language }]
  const isLossy = stretches.some(({ side, start, end }) => side === 'own' && isLostWhenUnknown(text.slice(start, end)))
  if (isLossy && !han.every((stretch) => hasKana(stretch) || isKnown(stretch))) return undefined
  return giveDigits(text, stretches) ? joinRuns(text, stretches, language) : undefined
}

/** The same where digits are never English, and no language is asked for. */
export function runsByScriptWithDefault(text: string, language: SpokenLanguage): LanguageRun[] | undefined {
  const scanned = scan(text)
  if (!scanned) return undefined
  for (const stretch of scanned.stretches) if (stretch.side === 'digit') stretch.side = 'own'
  return scanned.stretches.length === 0 ? [{ text, language }] : joinRuns(text, scanned.stretches, language)
}

/** Whether every word of a text that is not of Han, kana or Hangul is English, whatever it is labelled. */
export const isLatinEnglish = (text: string): boolean => scan(text) !== undefined
