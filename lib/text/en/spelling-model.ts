/** A gated recurrent unit, row-major; the gates are reset, update and candidate. */
export interface RecurrentWeights {
  readonly inputs: Float32Array // [symbols, 768]: what each symbol adds to the gates
  readonly weightHidden: Float32Array // [768, 256]
  readonly biasHidden: Float32Array // [768]
}

/** Letters through the encoder, phones out of the decoder. */
export interface SpellingWeights {
  readonly encoder: RecurrentWeights
  readonly decoder: RecurrentWeights
  readonly outputWeight: Float32Array // [phones, 256]
  readonly outputBias: Float32Array // [phones]
}

/** Where a pronunciation begins, ends, and is cut off. Marks are numbers of phones. */
export interface SpellingLimits {
  readonly start: number
  readonly end: number
  readonly most: number
}

/** Phones of a word without the end mark; letters and phones by number. */
export type SpellingModel = (letters: Int32Array, limits: SpellingLimits) => ArrayLike<number>

/** Makes a model of the network's weights; undefined where the program has no faster one than plain JavaScript. */
export type OpenSpellingModel = (weights: SpellingWeights) => SpellingModel | undefined
