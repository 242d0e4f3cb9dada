import type { Tables } from '../tables.js'
import { byteColumn, doubleColumn, uint16Column } from './columns.js'
import { firstHan, isHan, lastHan } from './trie.js'

/** Score of what a model has never seen: upstream's number, which absorbs any other when added. */
export const neverSeen = -3.14e100

/** Scores of characters in the states of a hidden Markov model. */
export class Emissions {
  /** Entries of the character at `code - firstHan` start here; `unlistedFrom` separates its two kinds. */
  readonly #from = new Int32Array(lastHan - firstHan + 1).fill(-1)
  readonly #unlistedFrom = new Int32Array(lastHan - firstHan + 1)
  readonly #to = new Int32Array(lastHan - firstHan + 1)
  readonly #states: Uint8Array
  readonly #scores: Float64Array

  constructor(tables: Tables) {
    const values = doubleColumn(tables, 'emissionValues')
    const ranks = uint16Column(tables, 'entryRanks')
    this.#states = byteColumn(tables, 'entryStates')
    this.#scores = Float64Array.from(ranks, (rank) => (rank === 0 ? neverSeen : values[rank - 1]!))
    const listed = byteColumn(tables, 'listedCounts')
    const unlisted = byteColumn(tables, 'unlistedCounts')
    let next = 0
    uint16Column(tables, 'chars').forEach((code, index) => {
      const slot = code - firstHan
      this.#from[slot] = next
      this.#unlistedFrom[slot] = next + listed[index]!
      next += listed[index]! + unlisted[index]!
      this.#to[slot] = next
    })
  }

  /** Writes a character's score in each state. */
  fill(code: number, scores: Float64Array): void {
    scores.fill(neverSeen)
    if (!isHan(code)) return
    const slot = code - firstHan
    for (let entry = this.#from[slot]!; entry >= 0 && entry < this.#to[slot]!; entry++) {
      scores[this.#states[entry]!] = this.#scores[entry]!
    }
  }

  /** States that the model allows for a character, ascending; empty when it allows all. */
  listedStates(code: number): Uint8Array {
    if (!isHan(code) || this.#from[code - firstHan]! < 0) return this.#states.subarray(0, 0)
    return this.#states.subarray(this.#from[code - firstHan], this.#unlistedFrom[code - firstHan])
  }
}
