import { UnsupportedLanguageError } from '../errors.js'
import { hasWordCharacter } from './characters.js'
import type { SpokenLanguage, SpokenWord } from './language.js'

const LANGUAGES: readonly SpokenLanguage[] = ['zh', 'en', 'ja', 'ko', 'yue']

/** A mark becomes one character of private use, so that cutting moves it like any other. */
const FIRST_WORD = 0x100000
const FIRST_LANGUAGE = 0x10f000
const END_OF_LANGUAGE = 0x10f0ff
const MAX_WORDS = FIRST_LANGUAGE - FIRST_WORD
const MARK = /([\u{100000}-\u{10ffff}])/u
const MARKS = /[\u{100000}-\u{10ffff}]/gu

const PHONEME = '<phoneme\\s+ph="([^"<>]*)"\\s*(?:/>|>([^<]*)</phoneme>)'
const LANGUAGE = '<lang\\s+xml:lang="([^"<>]*)"\\s*>|(</lang>)'
const TAG = new RegExp(`${PHONEME}|${LANGUAGE}`, 'g')

/** What a stretch of marked text is: text, a word with its phones, or a change of the fixed language. */
export type MarkedPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'word'; readonly word: SpokenWord }
  | { readonly kind: 'language'; readonly language: SpokenLanguage | undefined }

/** A text in which every mark is one character. */
export class MarkedText {
  readonly words: readonly SpokenWord[]

  constructor(
    readonly text: string,
    words: readonly SpokenWord[]
  ) {
    this.words = words
  }

  /** Whether a piece is worth reading: a mark alone is, since a word or the end of a span may hang on it. */
  static isSpoken(piece: string): boolean {
    return hasWordCharacter(piece) || MARK.test(piece)
  }

  split(piece: string): MarkedPart[] {
    const parts = piece.split(MARK).filter((part) => part !== '')
    return parts.map((part) => this.#part(part))
  }

  /** A piece as its author wrote it, without the tags. */
  plain(piece: string): string {
    return piece.replace(MARKS, (mark) => this.words[mark.codePointAt(0)! - FIRST_WORD]?.text ?? '')
  }

  #part(part: string): MarkedPart {
    const code = part.codePointAt(0)!
    const word = this.words[code - FIRST_WORD]
    if (word) return { kind: 'word', word }
    if (code === END_OF_LANGUAGE) return { kind: 'language', language: undefined }
    if (code >= FIRST_LANGUAGE) return { kind: 'language', language: LANGUAGES[code - FIRST_LANGUAGE] }
    return { kind: 'text', text: part }
  }
}

/**
 * Finds `<phoneme ph="…">` and `<lang xml:lang="…">` marks; `undefined` when there are none.
 * @throws {UnsupportedLanguageError} a span names a language that is not spoken
 */
export function parseMarks(text: string): MarkedText | undefined {
  if (!text.includes('<phoneme') && !text.includes('<lang')) return undefined
  const words: SpokenWord[] = []
  let found = false
  // Characters of private use have no sound, and would be taken for marks.
  const marked = text.replace(MARKS, '').replace(TAG, (tag, phones?: string, inner?: string, language?: string) => {
    if (phones !== undefined) {
      if (words.length === MAX_WORDS) return inner ?? ''
      words.push({ text: inner ?? '', phones: phones.split(/\s+/).filter(Boolean) })
      found = true
      return String.fromCodePoint(FIRST_WORD + words.length - 1)
    }
    if (language === undefined && !found) return tag
    found = true
    return String.fromCodePoint(language === undefined ? END_OF_LANGUAGE : FIRST_LANGUAGE + languageIndex(language))
  })
  return found ? new MarkedText(marked, words) : undefined
}

function languageIndex(name: string): number {
  const index = LANGUAGES.indexOf(name as SpokenLanguage)
  if (index >= 0) return index
  throw new UnsupportedLanguageError(`<lang xml:lang="${name}"> names no language; known are ${LANGUAGES.join(', ')}`)
}
