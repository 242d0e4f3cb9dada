import type { RecurrentWeights, SpellingLimits, SpellingModel, SpellingWeights } from './spelling-model.js'

const HIDDEN = 256

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

/** One gated recurrent unit over a closed alphabet: the input's part of the gates is kept per symbol. */
class RecurrentUnit {
  readonly #inputs = new Map<number, Float32Array>()

  constructor(readonly weights: RecurrentWeights) {}

  step(symbol: number, hidden: Float32Array): Float32Array {
    const input = this.#input(symbol)
    const state = product(this.weights.weightHidden, hidden, 0, this.weights.biasHidden)
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
      const { weightIn, embedding, biasIn } = this.weights
      input = product(weightIn, embedding, symbol * HIDDEN, biasIn)
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

/** The network in plain JavaScript, for programs without the addon: the same phones, about twenty times slower. */
export function plainSpelling({ encoder, decoder, outputWeight, outputBias }: SpellingWeights): SpellingModel {
  const letterUnit = new RecurrentUnit(encoder)
  const phoneUnit = new RecurrentUnit(decoder)
  const likeliest = (hidden: Float32Array): number => {
    const scores = product(outputWeight, hidden, 0, outputBias)
    let best = 0
    for (let index = 1; index < scores.length; index++) if (scores[index]! > scores[best]!) best = index
    return best
  }
  return (letters: Int32Array, { start, end, most }: SpellingLimits): number[] => {
    let hidden: Float32Array = new Float32Array(HIDDEN)
    for (const letter of letters) hidden = letterUnit.step(letter, hidden)
    const phones: number[] = []
    for (let symbol = start; phones.length < most;) {
      hidden = phoneUnit.step(symbol, hidden)
      symbol = likeliest(hidden)
      if (symbol === end) break
      phones.push(symbol)
    }
    return phones
  }
}
