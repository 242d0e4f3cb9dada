import type { Chunking, Spoken, SpokenChunk } from '../binding.js'
import type { ResolvedSynthesisOptions } from './options.js'
import { type TextPiece, type WordPhones, wordsOf } from './text/index.js'
import type { SpeechChunk } from './types.js'

// From the second part on a stream is ahead of who listens, and longer parts cost less.
const LONGEST_PART = 50 // tokens, 2 s
// The networks look ahead: a part sounds the more like the whole, the more tokens behind it are there. Each costs some
// milliseconds of the first sound.
const LOOKAHEAD = 16 // tokens
// Few sentences are longer. What lies farther back is not heard in a part, and would make each cost more than the last.
const FARTHEST_CONTEXT = 250 // tokens, 10 s

/** How the engine shall speak a sentence; undefined: whole. */
export function chunkingOf(options: ResolvedSynthesisOptions): Chunking | undefined {
  const { chunks, chunkTokens, overlapTokens, exactChunks } = options
  if (chunks === 'sentence') return undefined
  return {
    cut: chunks === 'token' ? 'quiet' : 'fixed',
    firstTokens: chunkTokens,
    mostTokens: exactChunks ? Math.max(chunkTokens, LONGEST_PART) : chunkTokens,
    overlapTokens,
    contextTokens: exactChunks ? FARTHEST_CONTEXT : 0,
    lookaheadTokens: exactChunks ? LOOKAHEAD : 0,
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
  readonly #words: readonly WordPhones[]
  #tokens = 0
  #hasEnded = false
  #failure: { readonly error: unknown } | undefined
  /** Called when there is something to take, and at the end. */
  onChange: () => void = () => undefined

  constructor(piece: TextPiece, index: number, sampleRate: number, pauseSeconds: number) {
    this.piece = piece
    this.index = index
    this.#sampleRate = sampleRate
    this.#pauseSeconds = pauseSeconds
    this.#words = wordsOf(piece)
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
    this.#failure ??= { error }
    this.#hasEnded = true
    this.onChange()
  }

  /** The engine is done with it. */
  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** `take` has something to say. */
  get isReady(): boolean {
    return this.#parts.length > 0 || this.#failure !== undefined
  }

  get unreadBytes(): number {
    return this.#parts.reduce((sum, { samples }) => sum + samples.byteLength, 0)
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
    this.#hasEnded ||= last
    this.#parts.push({
      ...{ samples, sampleRate: this.#sampleRate, sentence: this.index, text, words: this.#words, tokens },
      ...{ last, truncated, attempts, warnings: isFirst ? warnings : [] }
    })
    this.onChange()
  }
}
