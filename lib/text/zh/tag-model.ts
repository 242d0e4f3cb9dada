import { Tables } from '../tables.js'
import { byteColumn, doubleColumn } from '../han-words/columns.js'
import { Emissions } from './emissions.js'
import type { TaggedWord } from './tagger.js'

/** Score of the step between two states at `to * stateCount + from`; -Infinity where there is none. */
function loadSteps(tables: Tables, stateCount: number): Float64Array {
  const from = byteColumn(tables, 'transitionFrom')
  const to = byteColumn(tables, 'transitionTo')
  const scores = new Float64Array(stateCount * stateCount).fill(-Infinity)
  doubleColumn(tables, 'transitionValues').forEach((score, index) => {
    scores[to[index]! * stateCount + from[index]!] = score
  })
  return scores
}

/** Entry before those of the first character. */
const none = -1

/**
 * Best paths through a run of characters: an entry for each state that a character can be reached in, by ascending
 * state, characters one after another. Its room is used again for the next run.
 */
class Lattice {
  states = new Uint8Array(1024)
  scores = new Float64Array(1024)
  /** Entry of the character before on the best path. */
  #before = new Int32Array(1024)
  size = 0
  /** Entries of the character before the one that is added to. */
  previousFrom = 0
  previousTo = 0

  begin(): void {
    this.size = 0
    this.previousTo = 0
  }

  next(): void {
    this.previousFrom = this.previousTo
    this.previousTo = this.size
  }

  get isEmpty(): boolean {
    return this.size === this.previousTo
  }

  add(state: number, score: number, before: number): void {
    if (this.size === this.states.length) this.#grow()
    this.states[this.size] = state
    this.scores[this.size] = score
    this.#before[this.size++] = before
  }

  /** The last of equal ones. */
  best(from: number, to: number): number {
    let best = none
    for (let entry = from; entry < to; entry++) {
      if (best === none || this.scores[entry]! >= this.scores[best]!) best = entry
    }
    return best
  }

  /** States along the best path. */
  trace(length: number): Uint8Array {
    const path = new Uint8Array(length)
    let entry = this.best(this.previousTo, this.size)
    for (let index = length - 1; index >= 0; index--) {
      path[index] = this.states[entry]!
      entry = this.#before[entry]!
    }
    return path
  }

  #grow(): void {
    const [states, scores, before] = [this.states, this.scores, this.#before]
    const size = 2 * states.length
    ;(this.states = new Uint8Array(size)).set(states)
    ;(this.scores = new Float64Array(size)).set(scores)
    ;(this.#before = new Int32Array(size)).set(before)
  }
}

/**
 * Cuts a run of characters that are no dictionary words, and tags the words, by a hidden Markov model whose states join
 * a character's position in its word (B, M, E, S) with the word's tag. Of equal scores the greater state name wins.
 */
export class TagModel {
  readonly #positions: readonly string[]
  readonly #tags: readonly string[]
  readonly #startScores: Float64Array
  readonly #steps: Float64Array
  readonly #emissions: Emissions
  /** Of one character in each state, where the model lists none. */
  readonly #emission: Float64Array
  readonly #lattice = new Lattice()

  constructor() {
    const tables = new Tables('zh/tag-model.bin.br')
    const states = tables.list('states')
    this.#positions = states.map((state) => state.slice(0, 1))
    this.#tags = states.map((state) => state.slice(2))
    this.#startScores = doubleColumn(tables, 'start')
    this.#steps = loadSteps(tables, states.length)
    this.#emissions = new Emissions(tables)
    this.#emission = new Float64Array(states.length)
  }

  cut(run: string): TaggedWord[] {
    const path = this.#bestPath(run)
    const words: TaggedWord[] = []
    let begin = 0
    let next = 0
    for (let index = 0; index < run.length; index++) {
      const position = this.#positions[path[index]!]
      if (position === 'B') begin = index
      if (position !== 'E' && position !== 'S') continue
      words.push({ text: run.slice(position === 'E' ? begin : index, index + 1), tag: this.#tags[path[index]!]! })
      next = index + 1
    }
    if (next < run.length) words.push({ text: run.slice(next), tag: this.#tags[path[next]!]! })
    return words
  }

  #bestPath(run: string): Uint8Array {
    const lattice = this.#lattice
    lattice.begin()
    for (let index = 0; index < run.length; index++) {
      const code = run.charCodeAt(index)
      lattice.next()
      if (index > 0) this.#advance(code)
      // Also where no state so far has a successor: the run starts anew, where upstream would fail.
      if (lattice.isEmpty) this.#start(code)
    }
    return lattice.trace(run.length)
  }

  #start(code: number): void {
    const { states, scores } = this.#emissions
    const [first, listedEnd] = [this.#emissions.first(code), this.#emissions.listedEnd(code)]
    const lattice = this.#lattice
    const before = lattice.best(lattice.previousFrom, lattice.previousTo)
    for (let entry = first; entry < listedEnd; entry++) {
      lattice.add(states[entry]!, this.#startScores[states[entry]!]! + scores[entry]!, before)
    }
    if (first < listedEnd) return
    this.#emissions.fill(code, this.#emission)
    this.#emission.forEach((seen, state) => lattice.add(state, this.#startScores[state]! + seen, before))
  }

  /** To the states that the model lists for a character; where none can be reached, to any. */
  #advance(code: number): void {
    const { states, scores } = this.#emissions
    const [first, listedEnd] = [this.#emissions.first(code), this.#emissions.listedEnd(code)]
    for (let entry = first; entry < listedEnd; entry++) this.#step(states[entry]!, scores[entry]!)
    if (!this.#lattice.isEmpty) return
    this.#emissions.fill(code, this.#emission)
    this.#emission.forEach((seen, state) => this.#step(state, seen))
  }

  #step(state: number, seen: number): void {
    const { states, scores, previousFrom, previousTo } = this.#lattice
    const row = state * this.#tags.length
    let best = -Infinity
    let before = none
    for (let entry = previousFrom; entry < previousTo; entry++) {
      // The order of the additions decides ties.
      const score = scores[entry]! + this.#steps[row + states[entry]!]! + seen
      if (score >= best && score !== -Infinity) {
        best = score
        before = entry
      }
    }
    if (before !== none) this.#lattice.add(state, best, before)
  }
}
