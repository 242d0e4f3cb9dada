import { Tables } from '../tables.js'

const HIDDEN = 256
const MAX_PHONES = 20
const START = 2
const END = 3

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

/** One gated recurrent unit over a closed alphabet: the input's part of the gates is kept per letter. */
class RecurrentUnit {
  readonly #inputs = new Map<number, Float32Array>()

  constructor(
    readonly embedding: Float32Array, // [symbols, 256]
    readonly weightIn: Float32Array, // [768, 256], gates r z n
    readonly weightHidden: Float32Array, // [768, 256]
    readonly biasIn: Float32Array, // [768]
    readonly biasHidden: Float32Array // [768]
  ) {}

  step(symbol: number, hidden: Float32Array): Float32Array {
    const input = this.#input(symbol)
    const state = product(this.weightHidden, hidden, 0, this.biasHidden)
    const next = new Float32Array(HIDDEN)
    for (let unit = 0; unit < HIDDEN; unit++) {
      const reset = sigmoid(input[unit]! + state[unit]!)
      const update = sigmoid(input[HIDDEN + unit]! + state[HIDDEN + unit]!)
      const candidate = Math.tanh(input[2 * HIDDEN + unit]! + reset * state[2 * HIDDEN + unit]!)
      next[unit] = (1 - update) * candidate + update * hidden[unit]!
    }
    return next
  }

  #input(symbol: number): Float32Array {
    let input = this.#inputs.get(symbol)
    if (!input) {
      input = product(this.weightIn, this.embedding, symbol * HIDDEN, this.biasIn)
      this.#inputs.set(symbol, input)
    }
    return input
  }
}

/** `matrix [rows, 256] × vector [256] + bias [rows]`. */
function product(matrix: Float32Array, vector: Float32Array, at: number, bias: Float32Array): Float32Array {
  const result = new Float32Array(bias.length)
  for (let row = 0; row < bias.length; row++) {
    const start = row * HIDDEN
    // Four sums at once: one alone would wait for itself at every step.
    let [a, b, c, d] = [0, 0, 0, 0]
    for (let column = 0; column < HIDDEN; column += 4) {
      a += matrix[start + column]! * vector[at + column]!
      b += matrix[start + column + 1]! * vector[at + column + 1]!
      c += matrix[start + column + 2]! * vector[at + column + 2]!
      d += matrix[start + column + 3]! * vector[at + column + 3]!
    }
    result[row] = a + b + c + d + bias[row]!
  }
  return result
}

/** Guesses the phones of a word that no dictionary has: letters through one recurrent unit, phones out of another. */
export class SpellingNetwork {
  readonly #encoder: RecurrentUnit
  readonly #decoder: RecurrentUnit
  readonly #outputWeight: Float32Array // [74, 256]
  readonly #outputBias: Float32Array // [74]
  readonly #letters: ReadonlyMap<string, number>
  readonly #phones: readonly string[]

  constructor() {
    const tables = new Tables('en/spelling-network.bin.br')
    const unit = (part: string): RecurrentUnit =>
      new RecurrentUnit(
        tables.floats(`${part}_emb`),
        tables.floats(`${part}_w_ih`),
        tables.floats(`${part}_w_hh`),
        tables.floats(`${part}_b_ih`),
        tables.floats(`${part}_b_hh`)
      )
    this.#encoder = unit('enc')
    this.#decoder = unit('dec')
    this.#outputWeight = tables.floats('fc_w')
    this.#outputBias = tables.floats('fc_b')
    this.#letters = new Map(tables.list('graphemes').map((letter, index) => [letter, index]))
    this.#phones = tables.list('phonemes')
  }

  predict(word: string): string[] {
    const unknown = this.#letters.get('<unk>')!
    let hidden: Float32Array = new Float32Array(HIDDEN)
    for (const letter of [...word, '</s>']) hidden = this.#encoder.step(this.#letters.get(letter) ?? unknown, hidden)
    const phones: string[] = []
    for (let symbol = START; phones.length < MAX_PHONES;) {
      hidden = this.#decoder.step(symbol, hidden)
      symbol = this.#likeliest(hidden)
      if (symbol === END) break
      phones.push(this.#phones[symbol]!)
    }
    return phones
  }

  #likeliest(hidden: Float32Array): number {
    const scores = product(this.#outputWeight, hidden, 0, this.#outputBias)
    let best = 0
    for (let index = 1; index < scores.length; index++) if (scores[index]! > scores[best]!) best = index
    return best
  }
}
