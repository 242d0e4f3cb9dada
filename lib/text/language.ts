/** Languages that a run of text can be spoken in. */
export type SpokenLanguage = 'zh' | 'en' | 'ja' | 'ko' | 'yue'

/** What a request asks for: one language, one language mixed with English, or detection (see docs/text.md). */
export type LanguageMode = SpokenLanguage | 'all_zh' | 'all_ja' | 'all_ko' | 'all_yue' | 'auto' | 'auto_yue'

/** Symbol table: v1 has 322 symbols, every later version shares the 732 of v2. */
export type SymbolVersion = 'v1' | 'v2'

/** One run of text in one language, turned into phones. */
export interface Pronunciation {
  /** The text as it is read: numbers, dates and signs written out. BERT sees this for Chinese. */
  readonly normText: string
  /** Phone names; those which the symbol table lacks become `UNK` later. */
  readonly phones: readonly string[]
  /** Phones per code point of `normText`; only Chinese and Cantonese have it. */
  readonly word2ph?: readonly number[]
  /** What could not be spoken and was skipped. */
  readonly warnings?: readonly string[]
}

/**
 * Every frontend makes its answers here, so that all have one shape: code that meets objects of several is compiled
 * again for each.
 */
export function pronunciation(
  normText: string,
  phones: readonly string[],
  word2ph?: readonly number[],
  warnings?: readonly string[]
): Pronunciation {
  return { normText, phones, word2ph, warnings }
}

/** A word whose phones the caller gave: it is not looked up. */
export interface SpokenWord {
  readonly text: string
  readonly phones: readonly string[]
}

/** One language's frontend. Tables are loaded by the factory that made it, so `pronounce` itself never waits on a file. */
export interface Frontend {
  pronounce(text: string, version: SymbolVersion): Pronunciation
  /** `pronounce` with a model that answers later; called in its place where it is there. */
  pronounceLater?(text: string, version: SymbolVersion): Promise<Pronunciation>
  /** Reads a run of which some words have their phones. Without it, the text around such a word is read apart. */
  pronounceParts?(parts: readonly (string | SpokenWord)[], version: SymbolVersion): Pronunciation
}
