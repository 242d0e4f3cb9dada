import { OptionTypeError } from '../errors.js'
import type { Pronunciation, SpokenLanguage, SpokenWord, SymbolVersion } from './language.js'
import { checkPhones } from './phones.js'
import type { Lexicon } from './piece.js'

/** ASCII only: longer foldings would move the places that matches are reported at. */
const fold = (text: string): string => text.replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase())
const isLatin = (character: string | undefined): boolean =>
  character !== undefined && /[a-z0-9\u00c0-\u024f]/i.test(character)

/** The words of one language, found in text from the left, the longest first. */
export class LexiconWords {
  readonly #words = new Map<string, readonly string[]>()
  readonly #lengths: readonly number[]

  constructor(words: Readonly<Record<string, readonly string[]>>, version: SymbolVersion) {
    for (const [word, phones] of Object.entries(words)) {
      if (!Array.isArray(phones)) {
        throw new OptionTypeError(`lexicon: expected a list of phones for ${JSON.stringify(word)}`)
      }
      checkPhones(word, phones, version)
      if (word !== '') this.#words.set(fold(word), phones)
    }
    this.#lengths = [...new Set([...this.#words.keys()].map((word) => word.length))].sort((a, b) => b - a)
  }

  /** The text cut at its known words. */
  split(text: string): (string | SpokenWord)[] {
    const folded = fold(text)
    const parts: (string | SpokenWord)[] = []
    let done = 0
    for (let at = 0; at < text.length;) {
      const length = this.#matchAt(folded, at)
      if (length === 0) {
        at++
        continue
      }
      if (at > done) parts.push(text.slice(done, at))
      parts.push({ text: text.slice(at, at + length), phones: this.#words.get(folded.slice(at, at + length))! })
      done = at += length
    }
    if (done < text.length || parts.length === 0) parts.push(text.slice(done))
    return parts
  }

  /** Puts known words' phones in place of those that were read; their characters share them evenly. */
  overlay(read: Pronunciation): Pronunciation {
    if (!read.word2ph) return read
    const parts = this.split(read.normText)
    if (parts.every((part) => typeof part === 'string')) return read
    const phones: string[] = []
    const word2ph: number[] = []
    let [character, phone] = [0, 0]
    for (const part of parts) {
      const count = [...(typeof part === 'string' ? part : part.text)].length
      const own = read.word2ph.slice(character, character + count)
      const length = own.reduce((sum, value) => sum + value, 0)
      phones.push(...(typeof part === 'string' ? read.phones.slice(phone, phone + length) : part.phones))
      word2ph.push(...(typeof part === 'string' ? own : share(part.phones.length, count)))
      character += count
      phone += length
    }
    return { ...read, phones, word2ph }
  }

  #matchAt(folded: string, at: number): number {
    for (const length of this.#lengths) {
      if (at + length > folded.length || !this.#words.has(folded.slice(at, at + length))) continue
      const end = at + length
      const isWhole =
        !(isLatin(folded[at]) && isLatin(folded[at - 1])) && !(isLatin(folded[end - 1]) && isLatin(folded[end]))
      if (isWhole) return length
    }
    return 0
  }
}

/** `count` phones over `characters`, the earlier ones first. */
function share(count: number, characters: number): number[] {
  return Array.from(
    { length: characters },
    (_unused, index) => Math.floor(((index + 1) * count) / characters) - Math.floor((index * count) / characters)
  )
}

export type CompiledLexicon = ReadonlyMap<SpokenLanguage, LexiconWords>

const compiled: Readonly<Record<SymbolVersion, WeakMap<Lexicon, CompiledLexicon>>> = {
  v1: new WeakMap(),
  v2: new WeakMap()
}

/**
 * A lexicon made ready to look up, once for each object.
 * @throws {OptionRangeError} it has a phone that the version does not know
 * @throws {OptionTypeError} a word's phones are no list
 */
export function compileLexicon(lexicon: Lexicon | undefined, version: SymbolVersion): CompiledLexicon | undefined {
  if (!lexicon) return undefined
  let words = compiled[version].get(lexicon)
  if (!words) {
    const entries = Object.entries(lexicon) as [SpokenLanguage, Readonly<Record<string, readonly string[]>>][]
    words = new Map(entries.map(([language, list]) => [language, new LexiconWords(list, version)]))
    compiled[version].set(lexicon, words)
  }
  return words
}
