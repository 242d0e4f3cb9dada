import type { SpeechChunk } from '../../types.js'

/** Where speech goes as it comes. */
export interface Sink {
  /** Resolves when the next chunk may come. */
  take(chunk: SpeechChunk): Promise<void>
  /** Everything came. */
  finish(): Promise<void>
  /** Undoes what is unfinished; harmless after `finish`. */
  abandon(): Promise<void>
}
