import { assemble } from './assemble.js'
import type { LanguageMode, SpokenLanguage, SymbolVersion } from './language.js'
import type { Languages } from './languages.js'
import { checkMode, isSpokenBy } from './languages.js'
import type { TextFrontend, TextOptions, TextPiece, TextSegment } from './piece.js'
import { preSegment } from './pre-segment.js'

/** Below this many phones a piece is read again with a full stop in front (upstream). */
const SHORTEST_PIECE = 6

/** A run of text and what it is written in, before it is read. */
export interface LanguageRun {
  readonly text: string
  readonly language: TextSegment['language']
}

/** Cuts a text into runs of one language, as its mode says. */
export type Segmenter = (text: string, mode: LanguageMode) => Promise<readonly LanguageRun[]>

const isLanguage = (label: TextSegment['language']): label is SpokenLanguage =>
  label !== 'punctuation' && label !== 'newline'

export class Frontends implements TextFrontend {
  readonly #languages: Languages
  readonly #segment: Segmenter

  constructor(languages: Languages, segment: Segmenter) {
    this.#languages = languages
    this.#segment = segment
  }

  async *pieces(text: string, options: TextOptions): AsyncGenerator<TextPiece> {
    checkMode(options.language, options.version ?? 'v2')
    for (const part of preSegment(text, options.language, options.cut ?? 'cut5')) {
      const piece = await this.pronounce(part, options)
      if (piece.normText !== '') yield piece
    }
  }

  async pronounce(text: string, options: TextOptions): Promise<TextPiece> {
    const { language, version = 'v2' } = options
    checkMode(language, version)
    const piece = await this.#read(text, language, version, false)
    if (piece.segments.length === 0 || piece.phones.length >= SHORTEST_PIECE) return piece
    return this.#read(`.${text}`, language, version, true)
  }

  async #read(text: string, mode: LanguageMode, version: SymbolVersion, dotPrefixed: boolean): Promise<TextPiece> {
    const segments: TextSegment[] = []
    for (const run of await this.#segment(text.replace(/ {2,}/g, ' '), mode)) {
      segments.push(await this.#readRun(run, version))
    }
    return assemble(text, segments, version, dotPrefixed)
  }

  async #readRun({ text, language }: LanguageRun, version: SymbolVersion): Promise<TextSegment> {
    if (isLanguage(language) && isSpokenBy(version, language)) {
      const frontend = await this.#languages.get(language)
      return { text, language, ...frontend.pronounce(text, version) }
    }
    // Upstream reads a run that it has no frontend for as a blank of English, which is one pause.
    const english = await this.#languages.get('en')
    const pause = { text, language, ...english.pronounce(' ', version) }
    if (!isLanguage(language)) return pause
    return { ...pause, warnings: [`a ${version} voice does not speak ${language}: ${JSON.stringify(text)} is a pause`] }
  }
}
