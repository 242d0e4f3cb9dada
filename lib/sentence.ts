import type { Chunking, Spoken, SpokenChunk } from '../binding.js'
import type { ResolvedSynthesisOptions } from './options.js'
import { type TextPiece, wordsOf } from './text/index.js'
import type { SpeechChunk } from './types.js'

// From the second part on a stream is ahead of who listens, and longer parts cost less.
const LONGEST_PART = 50 // tokens, 2 s

/** How the engine shall speak a sentence; undefined: whole. */
export function chunkingOf(options: ResolvedSynthesisOptions): Chunking | undefined {
  const { chunks, chunkTokens, overlapTokens, exactChunks } = options
  if (chunks === 'sentence') return undefined
  return {
    cut: chunks === 'token' ? 'quiet' : 'fixed',
    firstTokens: chunkTokens,
    mostTokens: exactChunks ? Math.max(chunkTokens, LONGEST_PART) : chunkTokens,
    overlapTokens,
    exact: exactChunks
  }
}

/** A sentence on its way through the engine: its parts as they come. */
export class Sentence {
  readonly piece: TextPiece
  /** Place in its text, from 0. */
  readonly index: number
  readonly #sampleRate: number
  readonly #pauseSeconds: number
  readonly #parts: SpeechChunk[] = []
  #tokens = 0
  #failure: { readonly error: unknown } | undefined
  #wake: (() => void) | undefined

  constructor(piece: TextPiece, index: number, sampleRate: number, pauseSeconds: number) {
    this.piece = piece
    this.index = index
    this.#sampleRate = sampleRate
    this.#pauseSeconds = pauseSeconds
  }

  /** Takes a part that is not the last. */
  add({ samples, tokens }: SpokenChunk): void {
    this.#push(samples, tokens, false)
  }

  /** Takes the last part, which the pause follows. */
  end(spoken: Spoken): void {
    const samples = new Float32Array(spoken.samples.length + Math.trunc(this.#sampleRate * this.#pauseSeconds))
    samples.set(spoken.samples)
    this.#push(samples, spoken.tokens.slice(this.#tokens), true, spoken)
  }

  fail(error: unknown): void {
    this.#failure = { error }
    this.#wake?.()
  }

  /** Resolves when `take` has something to say. */
  ready(): Promise<void> {
    if (this.#parts.length > 0 || this.#failure) return Promise.resolve()
    return new Promise((resolve) => (this.#wake = resolve))
  }

  /** The next part. Throws what the engine failed with. */
  take(): SpeechChunk {
    const chunk = this.#parts.shift()
    if (!chunk) throw this.#failure?.error
    return chunk
  }

  #push(samples: Float32Array, tokens: Int32Array, last: boolean, { truncated = false, attempts = 1 } = {}): void {
    const { text, warnings } = this.piece
    const isFirst = this.#tokens === 0
    this.#tokens += tokens.length
    this.#parts.push({
      ...{ samples, sampleRate: this.#sampleRate, sentence: this.index, text, words: wordsOf(this.piece), tokens },
      ...{ last, truncated, attempts, warnings: isFirst ? warnings : [] }
    })
    this.#wake?.()
  }
}
