import type { Tables } from '../tables.js'
import { byteColumn, doubleColumn, uint16Column } from '../han-words/columns.js'
import { firstHan, isHan, lastHan } from '../han-words/trie.js'

/** Score of what a model has never seen: upstream's number, which absorbs any other when added. */
export const neverSeen = -3.14e100

/** Scores of characters in the states of a hidden Markov model. */
export class Emissions {
  /** Entries of the character at `code - firstHan` start here; `listedEnds` separates its two kinds. */
  readonly #firsts = new Int32Array(lastHan - firstHan + 1)
  readonly #listedEnds = new Int32Array(lastHan - firstHan + 1)
  readonly #ends = new Int32Array(lastHan - firstHan + 1)
  readonly states: Uint8Array
  readonly scores: Float64Array

  constructor(tables: Tables) {
    const values = doubleColumn(tables, 'emissionValues')
    const ranks = uint16Column(tables, 'entryRanks')
    this.states = byteColumn(tables, 'entryStates')
    this.scores = Float64Array.from(ranks, (rank) => (rank === 0 ? neverSeen : values[rank - 1]!))
    const listed = byteColumn(tables, 'listedCounts')
    const unlisted = byteColumn(tables, 'unlistedCounts')
    let next = 0
    uint16Column(tables, 'chars').forEach((code, index) => {
      const slot = code - firstHan
      this.#firsts[slot] = next
      this.#listedEnds[slot] = next + listed[index]!
      next += listed[index]! + unlisted[index]!
      this.#ends[slot] = next
    })
  }

  /** Writes a character's score in each state. */
  fill(code: number, scores: Float64Array): void {
    scores.fill(neverSeen)
    if (!isHan(code)) return
    const end = this.#ends[code - firstHan]!
    for (let entry = this.#firsts[code - firstHan]!; entry < end; entry++) {
      scores[this.states[entry]!] = this.scores[entry]!
    }
  }

  /** Entries of a character begin here. */
  first(code: number): number {
    return isHan(code) ? this.#firsts[code - firstHan]! : 0
  }

  /** States that the model allows for a character are the entries before this one, ascending; when none, it allows all. */
  listedEnd(code: number): number {
    return isHan(code) ? this.#listedEnds[code - firstHan]! : 0
  }
}
