import type { AudioFormat } from '../audio/index.js'
import type { ChunkMode, SynthesisOptions } from '../options.js'
import type { LanguageMode } from '../text/index.js'

/** What a request asks for, whatever dialect it came in. */
export interface SpeechRequest {
  readonly task: SpeechTask
  readonly voice: VoiceChoice
  readonly options: Omit<SynthesisOptions, 'signal' | 'onProgress' | 'lexicon' | 'chunks'>
  /** How finely the sound comes: sentence by sentence, or as tokens are made where the voice can. */
  readonly chunks: ChunkMode
  readonly output: OutputChoice
  /** Answer from memory where the same was asked before. */
  readonly cached: boolean
}

export type SpeechTask =
  { readonly kind: 'text'; readonly text: string } | { readonly kind: 'ssml'; readonly ssml: string }

/** Who speaks. */
export interface VoiceChoice {
  /** A character by name; without one, the server's voice. */
  readonly character?: string
  readonly emotion?: string
  /** A recording of the request's own in place of the emotion's. */
  readonly reference?: ReferenceChoice
  /** Unknown characters give way to the first one instead of an error. */
  readonly lenient?: boolean
}

export interface ReferenceChoice {
  /** A path under an allowed folder, or `upload:` and the id of an uploaded recording. */
  readonly path: string
  readonly text?: string
  readonly language?: LanguageMode
  readonly more?: readonly string[]
  /** What comes when the file is not there: the emotion's recording, or an error. */
  readonly ifAbsent: 'emotion' | 'error'
  /** Without `text`, a file that is there is an error. */
  readonly needsText?: boolean
}

export interface OutputChoice {
  readonly format: AudioFormat
  /** The answer begins with the first sound and its length is not told. */
  readonly streaming: boolean
  /** Hz; the voice's unless given. */
  readonly sampleRate?: number
  /** Sizes in the head of a streamed WAV file. */
  readonly wavSizes: 'unknown' | 'zero'
  /** Each chunk becomes a stream of its own, laid end to end (Ogg allows this). */
  readonly chained?: boolean
  /** The answer is a stream of server-sent events. */
  readonly events?: boolean
}
