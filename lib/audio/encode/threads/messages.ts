import type { ResolvedEncoderOptions } from '../encoder.js'
import type { SoundFormat } from '../formats.js'

/** What a thread is asked, one question at a time for each encoder. */
export type Question =
  | { readonly kind: 'open'; readonly format: SoundFormat; readonly options: ResolvedEncoderOptions }
  | { readonly kind: 'write'; readonly samples: Float32Array }
  | { readonly kind: 'end' }

/** What it says to a question. */
export type Answer =
  | { readonly kind: 'opened'; readonly mimeType: string; readonly sampleRate: number }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly head?: Uint8Array | undefined }
  | { readonly kind: 'failed'; readonly message: string; readonly code?: string | undefined }

/** `close` is not answered. */
export type ToThread = { readonly encoder: number } & (Question | { readonly kind: 'close' })
export type FromThread = { readonly encoder: number } & Answer
