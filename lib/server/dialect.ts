import type { SpeechRequest } from './speech-request.js'

/** A request as a dialect sees it. */
export interface DialectRequest {
  readonly method: 'GET' | 'POST'
  /** Decoded query; a repeated key has all its values. */
  readonly query: Readonly<Record<string, readonly string[]>>
  readonly body: Body
}

/** The body of a request: nothing, JSON, or what is not JSON and why. */
export type Body =
  | { readonly kind: 'none' }
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'invalid'; readonly reason: string }

/** What a dialect needs to know of the server; the same for every request. */
export interface DialectSettings {
  /** Version of the server's own voice, for the languages it speaks. */
  readonly voiceVersion: string
  readonly maxInputChars: number
  readonly lenient: boolean
  /** Error bodies of the character dialect go out with status 200, as the original's. */
  readonly compatStatus200: boolean
  readonly wavStreamSize: 'auto' | 'zero' | 'unknown'
  /** Other names of voices: a character, or `character:emotion`; empty is the server's own voice. */
  readonly aliases: Readonly<Record<string, string>>
  /** Recordings set by a call of its own, for dialects that keep one. */
  readonly reference?: { readonly path: string; readonly text?: string; readonly language?: string }
}

/** What became of a request. */
export type Outcome =
  | {
      readonly kind: 'audio'
      readonly request: SpeechRequest
      readonly mimeType: string
      /** A name that no other answer has, without an extension. */
      readonly fileStem: string
      readonly fromCache: boolean
    }
  | { readonly kind: 'error'; readonly error: unknown }

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** JSON of an error; absent where the sound is the body. */
  readonly json?: unknown
}

/** Numbers of a finished speech. */
export interface Usage {
  readonly inputTokens: number
  readonly outputTokens: number
}

/** How a dialect writes sound as server-sent events. */
export interface EventFrames {
  delta(bytes: Uint8Array): string
  done(usage: Usage): string
  error(error: unknown): string
}

/** One way of asking for speech over HTTP. Both functions are pure. */
export interface Dialect {
  /** @throws whatever `render` turns into an answer. */
  parse(request: DialectRequest, settings: DialectSettings): SpeechRequest
  render(outcome: Outcome, settings: DialectSettings): Reply
  readonly frames?: EventFrames
}
