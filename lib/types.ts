import type { LanguageMode, WordPhones } from './text/index.js'

/** Receives one line a thing worth telling. */
export type Logger = (level: 'debug' | 'info' | 'warn', message: string) => void

/** Where a synthesis stands. */
export interface SynthesisProgress {
  /** Index of the sentence being spoken, from 0. */
  readonly sentence: number
  /** Semantic tokens of this sentence so far; 25 make a second of speech at speed 1. */
  readonly tokens: number
  /** Seconds of finished audio, pauses included. */
  readonly audioSeconds: number
}

/** A recording that counts more or less than others of the same voice. */
export interface WeightedRecording {
  /** A file or its bytes, as in `ReferenceInput`. */
  readonly audio: string | Uint8Array
  /** Share in the mean of styles: 2 counts as two recordings of weight 1. Above 0 to 1000, default 1. */
  readonly weight?: number
}

/** The recording whose voice is copied. */
export interface ReferenceInput {
  /** A WAV, FLAC, MP3, Ogg Vorbis or Opus file or its bytes, 3 to 10 s long. */
  readonly audio: string | Uint8Array
  /** What the recording says. Without it the voice is copied from the sound alone; v3 and v4 need it. */
  readonly text?: string
  /** Language of `text`. Defaults to `'en'`. */
  readonly language?: LanguageMode
  /**
   * More recordings of the same voice, any length; the mean of all their styles is spoken in, while manner and tempo
   * follow the first. v3 and v4 hear the first alone.
   */
  readonly more?: readonly (string | Uint8Array | WeightedRecording)[]
  /** Share of the first recording in that mean, as `weight` of a `WeightedRecording`. Above 0 to 1000, default 1. */
  readonly weight?: number
  /** `'auto'` takes the best 3 to 10 s of a longer recording; by default one out of range is refused. */
  readonly refTrim?: 'auto' | 'none'
}

/** What a loaded voice is. */
export interface VoiceInfo {
  /** `v1`, `v2`, `v2Pro`, `v2ProPlus`, `v3` or `v4`. */
  readonly version: string
  /** Of the speech, Hz. */
  readonly sampleRate: number
  /** Speech can begin before a sentence is whole. */
  readonly streamsTokens: boolean
  /** A reference without `text` is refused. */
  readonly needsReferenceText: boolean
  /** Bytes of the loaded networks. */
  readonly bytes: number
}

/** A sentence of a stream, or a part of one. */
export interface SpeechChunk {
  /** Mono, in [-1, 1]; the pause after a sentence is part of its last chunk. */
  readonly samples: Float32Array
  /** Hz. */
  readonly sampleRate: number
  /** Index of the sentence, from 0. */
  readonly sentence: number
  /** The whole sentence as it was spoken. */
  readonly text: string
  /** Words of the sentence, each with about how many of its phones; `Timeline` and `Speech.words` tell their times. */
  readonly words: readonly WordPhones[]
  /** The last chunk of its sentence; the only one unless parts of sentences were asked for. */
  readonly last: boolean
  /** Semantic tokens of the sentence, or of this part. */
  readonly tokens: Int32Array
  /** The length limit ended the sentence, not the voice. */
  readonly truncated: boolean
  /** How often the sentence was sampled: above 1 when the voice ended before it spoke. */
  readonly attempts: number
  /** What could not be spoken and was skipped. */
  readonly warnings: readonly string[]
}
