import type { Frontend, LanguageMode, Pronunciation, SpokenLanguage, SymbolVersion } from './language.js'

/** How a text is cut into pieces that are spoken one after another; the names are upstream's. */
export type CutMethod = 'cut0' | 'cut1' | 'cut2' | 'cut3' | 'cut4' | 'cut5'

/** A run of one language inside a piece. */
export interface TextSegment extends Pronunciation {
  /** Code points of the piece that the run covers, as the segmenter gave them. */
  readonly text: string
  /** `punctuation` and `newline` are runs without any word: they are spoken as one short pause. */
  readonly language: SpokenLanguage | 'punctuation' | 'newline'
}

/** Characters that need a Chinese BERT feature; every other phone of the piece has zeros. */
export interface BertSpan {
  /** What the tokenizer is given: one token a code point. */
  readonly normText: string
  /** Phones per code point of `normText`. */
  readonly word2ph: readonly number[]
  /** Index of the span's first phone in the piece. */
  readonly firstPhone: number
  /** Sum of `word2ph`. */
  readonly phoneCount: number
}

/** A stretch of text that is spoken in one go. */
export interface TextPiece {
  /** The piece as it was cut, with the mark that the cutting put at its end. */
  readonly text: string
  readonly normText: string
  readonly phones: readonly string[]
  /** Index of each phone in the version's symbol table. */
  readonly phoneIds: Int32Array
  readonly segments: readonly TextSegment[]
  /** Phones per code point of `normText`, when every segment has it. */
  readonly word2ph?: readonly number[]
  readonly bertSpans: readonly BertSpan[]
  /** The piece gave fewer than six phones, and was read again with a full stop in front. */
  readonly dotPrefixed: boolean
  readonly warnings: readonly string[]
}

/**
 * Phones of words, by language: `{ en: { gif: ['JH', 'IH1', 'F'] } }`. Latin words match whole and in any case; others
 * wherever they stand, the longest first. Chinese and Cantonese words are looked for in the normalised text.
 */
export type Lexicon = Partial<Record<SpokenLanguage, Readonly<Record<string, readonly string[]>>>>

export interface TextOptions {
  readonly language: LanguageMode
  /** Defaults to `v2`. */
  readonly version?: SymbolVersion
  /** Defaults to `cut5`; `pronounce` does not cut. */
  readonly cut?: CutMethod
  readonly lexicon?: Lexicon
  /**
   * Whether `<phoneme ph="JH IH1 F">gif</phoneme>` and `<lang xml:lang="ja">東京</lang>` in the text are marks.
   * Defaults to `true`; anything else in angle brackets is text.
   */
  readonly marks?: boolean
}

/** Makes one language's frontend; called once, when the language is first met. */
export type LanguageLoaders = Partial<Record<SpokenLanguage, () => Promise<Frontend>>>

/** Text to phones in every language that it was given a loader for. */
export interface TextFrontend {
  /**
   * Cuts a text and turns each piece into phones, one at a time as they are asked for. Blank text gives no pieces.
   * @throws {UnsupportedLanguageError} the version does not have the language, or the language has no loader.
   */
  pieces(text: string, options: TextOptions): AsyncGenerator<TextPiece>
  /** Turns a text into phones without cutting it, as a reference transcript is read. */
  pronounce(text: string, options: TextOptions): Promise<TextPiece>
}
