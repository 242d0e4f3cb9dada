import type { SpeechChunk } from '../types.js'
import { Loudness } from './loudness.js'

/** A word of a finished speech. */
export interface SpokenWord {
  /** With the marks around it. */
  readonly text: string
  /** Seconds from the beginning of the speech. */
  readonly start: number
  readonly end: number
}

/** A sentence of a finished speech. */
export interface SpokenSentence {
  readonly text: string
  /** Where it begins, in seconds. */
  readonly start: number
  /** Where its sound ends and the pause after it begins, in seconds. */
  readonly end: number
  /** Their times are estimates: see docs/subtitles.md. */
  readonly words: readonly SpokenWord[]
  readonly tokens: Int32Array
  readonly truncated: boolean
  readonly attempts: number
}

/** A sentence whose chunks are still coming. */
interface Open {
  readonly first: SpeechChunk
  readonly start: number // samples
  readonly loudness: Loudness
  tokens: Int32Array[]
  samples: number
  truncated: boolean
  attempts: number
}

/** Tells from the chunks of a stream when each sentence and word is spoken. */
export class Timeline {
  readonly #pauseSeconds: number
  readonly #startSeconds: number
  #open: Open | undefined
  #samples = 0
  #sampleRate = 0

  /** `pauseSeconds`: the silence at the end of each sentence's last chunk. `startSeconds`: when the first chunk begins. */
  constructor(pauseSeconds: number, startSeconds = 0) {
    this.#pauseSeconds = pauseSeconds
    this.#startSeconds = startSeconds
  }

  /** Takes the next chunk; answers with the sentence that it shows to be finished. */
  add(chunk: SpeechChunk): SpokenSentence | undefined {
    const isSilence = chunk.text === ''
    const finished = isSilence || this.#open?.first.sentence !== chunk.sentence ? this.end() : undefined
    this.#sampleRate = chunk.sampleRate
    if (!isSilence) {
      this.#open ??= this.#begin(chunk)
      this.#open.tokens.push(chunk.tokens)
      this.#open.samples += chunk.samples.length
      this.#open.truncated ||= chunk.truncated
      this.#open.attempts = Math.max(this.#open.attempts, chunk.attempts)
      this.#open.loudness.add(chunk.samples)
    }
    this.#samples += chunk.samples.length
    return finished
  }

  /** The last sentence. */
  end(): SpokenSentence | undefined {
    const open = this.#open
    this.#open = undefined
    return open && this.#finish(open)
  }

  #begin(chunk: SpeechChunk): Open {
    const loudness = new Loudness(chunk.sampleRate)
    return { first: chunk, start: this.#samples, loudness, tokens: [], samples: 0, truncated: false, attempts: 0 }
  }

  #finish({ first, start: startSample, loudness, tokens, samples, truncated, attempts }: Open): SpokenSentence {
    const at = (sample: number): number => this.#startSeconds + sample / this.#sampleRate
    const start = at(startSample)
    const end = Math.max(start, at(startSample + samples) - this.#pauseSeconds)
    const [onset, offset] = loudness.span(end - start)
    const words = placeWords(first.words, start + onset, start + offset)
    return { text: first.text, start, end, words, tokens: joined(tokens), truncated, attempts }
  }
}

/** Each word has its share of the time, by its phones. */
function placeWords(words: SpeechChunk['words'], start: number, end: number): SpokenWord[] {
  const total = words.reduce((sum, { phones }) => sum + phones, 0)
  let before = 0
  const at = (phones: number): number => start + (phones / total) * (end - start)
  return words.map(({ text, phones }) => {
    const word = { text, start: at(before), end: at(before + phones) }
    before += phones
    return word
  })
}

function joined(parts: readonly Int32Array[]): Int32Array {
  if (parts.length === 1) return parts[0] as Int32Array
  return Int32Array.from(parts.flatMap((part) => [...part]))
}
