import type { RecurrentWeights, SpellingLimits, SpellingModel, SpellingWeights } from './spelling-model.js'

const HIDDEN = 256
const GATES = 3 * HIDDEN

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

/** One gated recurrent unit over a closed alphabet. */
class RecurrentUnit {
  constructor(readonly weights: RecurrentWeights) {}

  step(symbol: number, hidden: Float32Array): Float32Array {
    const { inputs, weightHidden, biasHidden } = this.weights
    const input = inputs.subarray(symbol * GATES, (symbol + 1) * GATES)
    const state = product(weightHidden, hidden, biasHidden)
    const next = new Float32Array(HIDDEN)
    for (let unit = 0; unit < HIDDEN; unit++) {
      const reset = sigmoid(input[unit]! + state[unit]!)
      const update = sigmoid(input[HIDDEN + unit]! + state[HIDDEN + unit]!)
      const candidate = Math.tanh(input[2 * HIDDEN + unit]! + reset * state[2 * HIDDEN + unit]!)
      next[unit] = (1 - update) * candidate + update * hidden[unit]!
    }
    return next
  }
}

/** `matrix [rows, 256] × vector [256] + bias [rows]`. */
function product(matrix: Float32Array, vector: Float32Array, bias: Float32Array): Float32Array {
  const result = new Float32Array(bias.length)
  for (let row = 0; row < bias.length; row++) {
    const start = row * HIDDEN
    // Four sums at once: one alone would wait for itself at every step.
    let [a, b, c, d] = [0, 0, 0, 0]
    for (let column = 0; column < HIDDEN; column += 4) {
      a += matrix[start + column]! * vector[column]!
      b += matrix[start + column + 1]! * vector[column + 1]!
      c += matrix[start + column + 2]! * vector[column + 2]!
      d += matrix[start + column + 3]! * vector[column + 3]!
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
    const scores = product(outputWeight, hidden, outputBias)
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
