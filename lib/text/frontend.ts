import { assemble } from './assemble.js'
import type { LanguageMode, SpokenLanguage, SpokenWord, SymbolVersion } from './language.js'
import { checkedMode, type Languages } from './languages.js'
import { inTurn, type Later, whenThere } from './later.js'
import { compileLexicon, type CompiledLexicon } from './lexicon.js'
import { type MarkedPart, MarkedText, parseMarks } from './marks.js'
import { checkPhones } from './phones.js'
import type { TextFrontend, TextOptions, TextPiece, TextSegment } from './piece.js'
import { preSegment } from './pre-segment.js'
import { type PartRun, readRun, type RunLanguage } from './read-run.js'

/** Below this many phones a piece is read again with a full stop in front (upstream). */
const SHORTEST_PIECE = 6

/** A run of text and what it is written in, before it is read. */
export interface LanguageRun {
  readonly text: string
  readonly language: RunLanguage
}

/** Cuts a text into runs of one language, as its mode says; later only while its models are read. */
export type Segmenter = (text: string, mode: LanguageMode) => Later<readonly LanguageRun[]>

/** One call's options, read once. */
interface Reading {
  readonly text: string
  readonly mode: LanguageMode
  readonly version: SymbolVersion
  readonly lexicon: CompiledLexicon | undefined
  readonly marked: MarkedText | undefined
}

function reading(text: string, { language, version = 'v2', lexicon, marks = true }: TextOptions): Reading {
  const mode = checkedMode(language, version)
  const marked = marks ? parseMarks(text) : undefined
  for (const { text: word, phones } of marked?.words ?? []) checkPhones(word, phones, version)
  return { text: marked?.text ?? text, mode, version, lexicon: compileLexicon(lexicon, version), marked }
}

/** The language of a word with given phones that stands alone. */
function modeLanguage(mode: LanguageMode): SpokenLanguage {
  if (mode === 'auto') return 'en'
  return mode.replace(/^(all|auto)_/, '') as SpokenLanguage
}

export class Frontends implements TextFrontend {
  readonly #languages: Languages
  readonly #segment: Segmenter

  constructor(languages: Languages, segment: Segmenter) {
    this.#languages = languages
    this.#segment = segment
  }

  async *pieces(text: string, options: TextOptions): AsyncGenerator<TextPiece> {
    const request = reading(text, options)
    const isSpoken = request.marked ? MarkedText.isSpoken : undefined
    let fixed: SpokenLanguage | undefined
    for (const part of preSegment(request.text, request.mode, options.cut ?? 'cut5', isSpoken)) {
      const read = this.#piece(part, request, fixed)
      const piece = read instanceof Promise ? await read : read
      if (piece.normText !== '') yield piece
      for (const mark of request.marked?.split(part) ?? []) if (mark.kind === 'language') fixed = mark.language
    }
  }

  async pronounce(text: string, options: TextOptions): Promise<TextPiece> {
    const request = reading(text, options)
    return this.#piece(request.text, request, undefined)
  }

  #piece(text: string, request: Reading, fixed: SpokenLanguage | undefined): Later<TextPiece> {
    return whenThere(this.#read(text, request, fixed, false), (piece) => {
      if (piece.segments.length === 0 || piece.phones.length >= SHORTEST_PIECE) return piece
      return this.#read(`.${text}`, request, fixed, true)
    })
  }

  #read(text: string, request: Reading, fixed: SpokenLanguage | undefined, dotPrefixed: boolean): Later<TextPiece> {
    const { version, lexicon, marked } = request
    const segments = whenThere(this.#runs(text.replace(/ {2,}/g, ' '), request, fixed), (runs) =>
      inTurn(runs, (run) => readRun(run, version, this.#languages, lexicon))
    )
    return whenThere(segments, (read) => assemble(marked?.plain(text) ?? text, joined(read), version, dotPrefixed))
  }

  #runs(text: string, { mode, marked }: Reading, fixed: SpokenLanguage | undefined): Later<PartRun[]> {
    if (!marked) {
      return whenThere(this.#segment(text, mode), (runs) =>
        runs.map((run) => ({ language: run.language, parts: [run.text] }))
      )
    }
    return this.#markedRuns(marked.split(text), mode, fixed)
  }

  async #markedRuns(
    parts: readonly MarkedPart[],
    mode: LanguageMode,
    fixed: SpokenLanguage | undefined
  ): Promise<PartRun[]> {
    const runs = new RunList()
    let language = fixed
    for (const part of parts) {
      if (part.kind === 'language') language = part.language
      else if (part.kind === 'word') runs.addWord(part.word, language)
      else if (language) runs.addText({ language, text: part.text })
      else for (const run of await this.#segment(part.text, mode)) runs.addText(run)
    }
    return runs.finish(modeLanguage(mode))
  }
}

function joined(lists: readonly (readonly TextSegment[])[]): readonly TextSegment[] {
  const segments: TextSegment[] = []
  for (const list of lists) for (const segment of list) segments.push(segment)
  return segments
}

/** Gathers runs; a word with given phones belongs to the run before it, or to the one after when it comes first. */
class RunList {
  readonly #runs: { language: RunLanguage; parts: (string | SpokenWord)[] }[] = []
  #waiting: SpokenWord[] = []

  addText({ language, text }: LanguageRun): void {
    const last = this.#runs.at(-1)
    if (last?.language === language && typeof last.parts.at(-1) !== 'string') last.parts.push(text)
    else this.#runs.push({ language, parts: [...this.#waiting, text] })
    this.#waiting = []
  }

  addWord(word: SpokenWord, language: SpokenLanguage | undefined): void {
    const last = this.#runs.at(-1)
    if (last && (!language || last.language === language)) last.parts.push(word)
    else if (language) this.#runs.push({ language, parts: [word] })
    else this.#waiting.push(word)
  }

  finish(language: SpokenLanguage): PartRun[] {
    if (this.#waiting.length > 0) this.#runs.push({ language, parts: this.#waiting })
    return this.#runs
  }
}
