import type { Sentence } from './sentence.js'
import type { SpeechChunk } from './types.js'

// The engine speaks eight sentences at once, of all calls: one call leaves room for others, which then begin at once.
const MOST_AT_ONCE = 6
// 32 s of sound at 32 kHz: a consumer who has not read them does not need more.
const MOST_UNREAD_BYTES = 4 * 2 ** 20

/**
 * How eagerly a call gives sentences to the engine. `whole`: as many at once as it may, since nothing is heard before the
 * end. `sentences`: the first one alone, so that it is heard soonest, then ever more. `parts`: one after another.
 */
export type Pace = 'whole' | 'sentences' | 'parts'

/** The sentences of one call on their way through the engine, in the order of the text. */
export class SentenceLine {
  readonly #pace: Pace
  readonly #sentences: Sentence[] = []
  #count = 0
  #isComplete = false
  #isLeft = false
  #failure: { readonly error: unknown } | undefined
  #waiting: (() => void)[] = []

  constructor(pace: Pace) {
    this.#pace = pace
  }

  /** How many sentences there were so far. */
  get count(): number {
    return this.#count
  }

  /** Resolves with true when the engine may have one more, with false when nobody listens any more. */
  async hasRoom(): Promise<boolean> {
    while (!this.#isLeft && !this.#mayAdd()) await this.#change()
    return !this.#isLeft
  }

  add(sentence: Sentence): void {
    this.#count++
    this.#sentences.push(sentence)
    sentence.onChange = () => this.#changed()
    this.#changed()
  }

  /** No sentence comes any more. */
  complete(): void {
    this.#isComplete = true
    this.#changed()
  }

  /** No sentence comes any more, because of an error; those that came are given first. */
  fail(error: unknown): void {
    this.#failure ??= { error }
    this.complete()
  }

  /** Nobody listens any more: what was not read is dropped, and `next` throws the reason. */
  leave(reason: unknown): void {
    this.#isLeft = true
    this.#sentences.length = 0
    this.#failure = { error: reason }
    this.complete()
  }

  /** The next part, or undefined behind the last. Throws what a sentence or the text failed with. */
  async next(): Promise<SpeechChunk | undefined> {
    for (;;) {
      const [first] = this.#sentences
      if (first?.isReady) {
        const chunk = first.take()
        if (chunk.last) this.#sentences.shift()
        this.#changed()
        return chunk
      }
      if (!first && this.#failure) throw this.#failure.error
      if (!first && this.#isComplete) return undefined
      await this.#change()
    }
  }

  #mayAdd(): boolean {
    const speaking = this.#sentences.filter((sentence) => !sentence.hasEnded).length
    if (this.#pace === 'whole') return speaking < MOST_AT_ONCE
    const unread = this.#sentences.reduce((sum, sentence) => sum + sentence.unreadBytes, 0)
    if (unread >= MOST_UNREAD_BYTES) return false
    return speaking < (this.#pace === 'parts' ? 1 : Math.min(MOST_AT_ONCE, 1 + this.#count - speaking))
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #changed(): void {
    for (const wake of this.#waiting.splice(0)) wake()
  }
}
