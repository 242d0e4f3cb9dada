// What both sides are asked for: a sentence of about 60 phones, 5 s of speech, or its beginning.

export const TOKENS = 125
export const TOKENS_PER_SECOND = 25
export const ROWS = 8
export const TEXT = 'The quick brown fox jumps over the lazy dog near the quiet river bank today.'
export const PROMPT_TEXT = 'What the reference says.'

export const VERSIONS = ['v2', 'v2ProPlus', 'v3', 'v4'] as const
export type Version = (typeof VERSIONS)[number]
export type Precision = 'fp16' | 'int8'
export type Answer = Readonly<Record<string, number>>

export interface Sentence {
  readonly text: string
  /** Phones of the reference's text and of the sentence. */
  readonly phones: readonly number[]
  /** Phones of the sentence. */
  readonly textPhones: readonly number[]
  /** Semantic tokens of the reference. */
  readonly prompt: readonly number[]
  /** Semantic tokens that s2 is given. */
  readonly codes: readonly number[]
}

export type PeerRequest =
  | { measure: 'tokens'; phones: readonly number[]; prompt: readonly number[]; steps: number }
  | { measure: 'wave'; phones: readonly number[]; codes: readonly number[]; to?: string }
  | {
      measure: 'speech'
      phones: readonly number[]
      prompt: readonly number[]
      text: readonly number[]
      steps: number
      /** Of flow matching, v3 and v4. */
      sampleSteps: number
      seed: number
    }

export type OurRequest = PeerRequest & { precision: Precision; rows: number; sentence: string }
