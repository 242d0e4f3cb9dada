import { hasWordCharacter } from './characters.js'
import type { TextPiece, TextSegment } from './piece.js'

/** A word of a piece, with the marks around it, and about how many of the piece's phones are its own. */
export interface WordPhones {
  readonly text: string
  readonly phones: number
}

interface Part {
  text: string
  /** Marks only: they belong to a word beside them. */
  readonly isWord: boolean
  readonly afterSpace: boolean
}

const segmenters = new Map<string, Intl.Segmenter>()
const locales: Readonly<Record<string, string>> = { yue: 'zh', punctuation: 'en', newline: 'en' }

// Phones that a character is read with, about. Kana and hanzi are an initial and a final each; a kanji is two kana or so.
const characterPhones: readonly (readonly [RegExp, number])[] = [
  [/\p{Script=Hangul}/u, 2.5],
  [/[ぁぃぅぇぉゃゅょっァィゥェォャュョッー]/u, 1],
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/u, 1.8],
  [/\p{N}/u, 3.5],
  [/\p{L}/u, 0.8],
  [/[$€£¥%&+=@#]/u, 5]
]
const HAN = /\p{Script=Han}/u
const HAN_PHONES = { ja: 3.5, other: 2 }

/**
 * The words of a piece in order. Phones are exact for each run of one language, and shared out in it by the writing; the
 * mark that ends the piece counts for none.
 */
export function wordsOf(piece: Pick<TextPiece, 'segments'>): WordPhones[] {
  const words: WordPhones[] = []
  for (const { text, phones } of piece.segments.flatMap(wordsOfRun)) {
    const last = words.at(-1)
    // A run of marks is no word of its own; before the first word it stays with what follows.
    if (last && !(hasWordCharacter(text) && hasWordCharacter(last.text))) {
      words[words.length - 1] = { text: last.text + text, phones: last.phones + phones }
    } else words.push({ text, phones })
  }
  // The sentence's sound ends before its last mark.
  const [last] = words.slice(-1)
  const marks = marksAtEnd(piece.segments.at(-1)?.phones ?? [])
  if (last && last.phones > marks) words[words.length - 1] = { text: last.text, phones: last.phones - marks }
  return words
}

function marksAtEnd(phones: readonly string[]): number {
  return phones.length - 1 - phones.findLastIndex((phone) => hasWordCharacter(phone))
}

function wordsOfRun(run: TextSegment): WordPhones[] {
  const texts = joinMarks(partsOf(run.text, run.language))
  const weights = texts.map((text) => weigh(text, run.language))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return texts.map((text, i) => ({ text, phones: (run.phones.length * (weights[i] as number)) / total }))
}

function partsOf(text: string, language: string): Part[] {
  const locale = locales[language] ?? language
  const segmenter = segmenters.get(locale) ?? new Intl.Segmenter(locale, { granularity: 'word' })
  segmenters.set(locale, segmenter)
  const parts: Part[] = []
  let afterSpace = true
  for (const { segment, isWordLike } of segmenter.segment(text)) {
    const isSpace = segment.trim() === ''
    if (!isSpace) parts.push({ text: segment, isWord: isWordLike === true, afterSpace })
    afterSpace = isSpace
  }
  return parts
}

/** Marks go with the word before them, or after a space with the one that follows. */
function joinMarks(parts: readonly Part[]): string[] {
  const words: string[] = []
  let waiting = ''
  for (const { text, isWord, afterSpace } of parts) {
    if (isWord) {
      words.push(waiting + (waiting !== '' && afterSpace ? ' ' : '') + text)
      waiting = ''
    } else if (waiting !== '' || (afterSpace && words.length > 0) || words.length === 0) waiting += text
    else words[words.length - 1] += text
  }
  // Marks after which no word comes.
  if (waiting !== '') words.push((words.pop() ?? '') + waiting)
  return words
}

function weigh(text: string, language: string): number {
  let weight = 0
  for (const character of text) {
    if (HAN.test(character)) weight += language === 'ja' ? HAN_PHONES.ja : HAN_PHONES.other
    else weight += characterPhones.find(([kind]) => kind.test(character))?.[1] ?? 1
  }
  return Math.max(weight, 1)
}
