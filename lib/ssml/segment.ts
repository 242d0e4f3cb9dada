import type { LanguageMode } from '../text/index.js'

/** How a stretch of a document is spoken. What is not given is the caller's to choose. */
export interface SpeechStyle {
  readonly language?: LanguageMode
  /** Name of the voice, as the document has it. */
  readonly voice?: string
  readonly emotion?: string
  /** Tempo, 0.25 to 4; 1 is the voice's own. */
  readonly speed: number
}

/** Text that is spoken in one style. It may hold `<lang>` and `<phoneme>` marks as `docs/text.md` describes them. */
export interface SpeechSegment extends SpeechStyle {
  readonly kind: 'speech'
  readonly text: string
}

export interface SilenceSegment {
  readonly kind: 'silence'
  readonly seconds: number
}

export type SsmlSegment = SpeechSegment | SilenceSegment

/** What a document may be. */
export interface SsmlLimits {
  /** Bytes as UTF-8. Default 256 KiB. */
  readonly maxBytes: number
  /** Elements inside one another. Default 32. */
  readonly maxDepth: number
  /** Sum of all breaks in seconds. Default 60. */
  readonly maxSilenceSeconds: number
}

export const ssmlLimits: SsmlLimits = { maxBytes: 256 * 1024, maxDepth: 32, maxSilenceSeconds: 60 }
