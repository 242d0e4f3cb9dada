import { Tables } from '../tables.js'
import { plainSpelling } from './plain-spelling.js'
import type { OpenSpellingModel, RecurrentWeights, SpellingModel } from './spelling-model.js'

/** Numbers of the phones that begin and end a word, and upstream's bound on its length. */
const LIMITS = { start: 2, end: 3, most: 20 }

/** Guesses the phones of a word that no dictionary has: letters through one recurrent unit, phones out of another. */
export class SpellingNetwork {
  readonly #model: SpellingModel
  readonly #letters: ReadonlyMap<string, number>
  readonly #phones: readonly string[]

  constructor(open?: OpenSpellingModel) {
    const tables = new Tables('en/spelling-network.bin')
    const unit = (part: string): RecurrentWeights => ({
      inputs: tables.floats(`${part}_inputs`),
      weightHidden: tables.floats(`${part}_w_hh`),
      biasHidden: tables.floats(`${part}_b_hh`)
    })
    const weights = {
      encoder: unit('enc'),
      decoder: unit('dec'),
      outputWeight: tables.floats('fc_w'),
      outputBias: tables.floats('fc_b')
    }
    this.#model = open?.(weights) ?? plainSpelling(weights)
    this.#letters = new Map(tables.list('graphemes').map((letter, index) => [letter, index]))
    this.#phones = tables.list('phonemes')
  }

  predict(word: string): string[] {
    const unknown = this.#letters.get('<unk>')!
    const letters = Int32Array.from([...word, '</s>'], (letter) => this.#letters.get(letter) ?? unknown)
    return Array.from(this.#model(letters, LIMITS), (phone) => this.#phones[phone]!)
  }
}
