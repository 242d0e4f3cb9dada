import { OptionRangeError } from '../errors.js'
import type { SpokenSentence } from './timeline.js'

export type SubtitleFormat = 'srt' | 'vtt' | 'json'

export interface SubtitleOptions {
  /** One cue a sentence (default) or one a word. JSON has both. */
  readonly per?: 'sentence' | 'word'
  /**
   * Columns that a cue fills at most, Chinese, Japanese and Korean characters two each. A longer sentence is split between
   * words. Integer from 10, default 84: two lines of 42.
   */
  readonly maxColumns?: number
}

/** What is on the screen for a while. */
export interface Cue {
  /** Seconds. */
  readonly start: number
  readonly end: number
  readonly text: string
}

/** When everything is spoken, as JSON: times in seconds to the millisecond. */
export interface SpeechTimings {
  readonly sentences: readonly (Cue & { readonly words: readonly Cue[] })[]
}

export const subtitleFormats: readonly SubtitleFormat[] = ['srt', 'vtt', 'json']

const MAX_COLUMNS = 84
const LEAST_COLUMNS = 10
const wide = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff01-\uff60]/u

/** The times of sentences and words, for JSON. */
export function timingsOf(sentences: readonly SpokenSentence[]): SpeechTimings {
  return { sentences: sentences.map(timing) }
}

function timing(sentence: SpokenSentence): SpeechTimings['sentences'][number] {
  const { start, end } = sentence
  const words = sentence.words.map((word) => ({ text: word.text, start: rounded(word.start), end: rounded(word.end) }))
  return { text: displayed(sentence.text), start: rounded(start), end: rounded(end), words }
}

/** Writes subtitles as the sentences come. */
export class SubtitleWriter {
  readonly #format: SubtitleFormat
  readonly #options: SubtitleOptions
  #count = 0

  /** @throws {OptionRangeError} for a format or an option that there is not. */
  constructor(format: SubtitleFormat, options: SubtitleOptions = {}) {
    if (!subtitleFormats.includes(format)) {
      throw new OptionRangeError(`the subtitle format is '${String(format)}'; it can be ${subtitleFormats.join(', ')}`)
    }
    checkOptions(options)
    this.#format = format
    this.#options = options
  }

  /** The text of one more sentence. */
  add(sentence: SpokenSentence): string {
    if (this.#format === 'json') return `${this.#begin('{"sentences":[\n', ',\n')}${JSON.stringify(timing(sentence))}`
    return cuesOf(sentence, this.#options)
      .map((cue) => this.#begin(this.#format === 'vtt' ? 'WEBVTT\n\n' : '') + this.#cue(cue))
      .join('')
  }

  /** What ends the file. */
  end(): string {
    if (this.#format === 'json') return `${this.#begin('{"sentences":[', '')}\n]}\n`
    return this.#format === 'vtt' && this.#count === 0 ? 'WEBVTT\n' : ''
  }

  #begin(first: string, later = ''): string {
    return this.#count++ === 0 ? first : later
  }

  #cue({ start, end, text }: Cue): string {
    const mark = this.#format === 'srt' ? ',' : '.'
    const shown = this.#format === 'srt' ? text.replaceAll('-->', '→') : escapedForVtt(text)
    return `${this.#count}\n${clock(start, mark)} --> ${clock(end, mark)}\n${shown}\n\n`
  }
}

/** @throws {OptionRangeError} when `path` names no subtitle format. */
export function subtitleFormatOfFile(path: string): SubtitleFormat {
  const found = subtitleFormats.find((format) => path.toLowerCase().endsWith(`.${format}`))
  if (found) return found
  throw new OptionRangeError(`${path} names no subtitle format; its extension can be .${subtitleFormats.join(', .')}`)
}

/** What of a sentence is shown when. */
export function cuesOf(sentence: SpokenSentence, options: SubtitleOptions = {}): Cue[] {
  const { per = 'sentence', maxColumns = MAX_COLUMNS } = options
  const { words, start, end } = sentence
  const text = displayed(sentence.text)
  if (per === 'word') return words.map((word) => ({ ...word, text: displayed(word.text) }))
  if (columns(text) <= maxColumns || words.length < 2) return [{ text, start, end }]
  const cues: Cue[] = []
  let from = 0
  let at = 0
  let first = start
  for (const [index, word] of words.entries()) {
    const found = text.indexOf(displayed(word.text), at)
    const beginning = found < 0 ? at : found
    at = beginning + word.text.length
    if (beginning > from && columns(text.slice(from, at).trim()) > maxColumns) {
      cues.push({ text: text.slice(from, beginning).trim(), start: first, end: words[index - 1]?.end ?? first })
      from = beginning
      first = word.start
    }
  }
  return [...cues, { text: text.slice(from).trim(), start: first, end }]
}

function checkOptions({ per, maxColumns }: SubtitleOptions): void {
  if (per !== undefined && per !== 'sentence' && per !== 'word') {
    throw new OptionRangeError(`per is '${String(per)}'; it can be sentence, word`)
  }
  if (maxColumns !== undefined && !(Number.isInteger(maxColumns) && maxColumns >= LEAST_COLUMNS)) {
    throw new OptionRangeError(`maxColumns is ${maxColumns}; it must be an integer from ${LEAST_COLUMNS}`)
  }
}

/** Without the full stop that is set before a short beginning, and on one line. */
function displayed(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replace(/^[.。]\s*(?=\S)/, '')
}

function columns(text: string): number {
  let count = 0
  for (const character of text) count += wide.test(character) ? 2 : 1
  return count
}

function escapedForVtt(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function clock(seconds: number, mark: string): string {
  const all = Math.max(0, Math.round(seconds * 1000))
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0')
  const milliseconds = String(all % 1000).padStart(3, '0')
  return `${two(all / 3_600_000)}:${two((all / 60_000) % 60)}:${two((all / 1000) % 60)}${mark}${milliseconds}`
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000
}
