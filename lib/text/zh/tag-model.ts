import { Tables } from '../tables.js'
import { byteColumn, doubleColumn } from './columns.js'
import { Emissions } from './emissions.js'
import type { TaggedWord } from './tagger.js'

/** Predecessors of each state with the score of the step, in one run of arrays. */
interface Steps {
  /** Steps into state `s` are `[from[s], from[s + 1])`, by ascending predecessor. */
  readonly from: Int32Array
  readonly predecessors: Uint8Array
  readonly scores: Float64Array
}

function loadSteps(tables: Tables, stateCount: number): Steps {
  const transitionFrom = byteColumn(tables, 'transitionFrom')
  const transitionTo = byteColumn(tables, 'transitionTo')
  const values = doubleColumn(tables, 'transitionValues')
  const order = Array.from(transitionTo.keys()).sort(
    (a, b) => transitionTo[a]! - transitionTo[b]! || transitionFrom[a]! - transitionFrom[b]!
  )
  const from = new Int32Array(stateCount + 1)
  for (const state of transitionTo) from[state + 1]!++
  for (let state = 0; state < stateCount; state++) from[state + 1]! += from[state]!
  return {
    from,
    predecessors: Uint8Array.from(order, (index) => transitionFrom[index]!),
    scores: Float64Array.from(order, (index) => values[index]!)
  }
}

/** The best score in each state at one character, and backpointers for those before. */
class Lattice {
  /** Per state, -Infinity for one that cannot be reached. */
  scores: Float64Array
  previousScores: Float64Array
  readonly emission: Float64Array
  /** Entries of character `t` are `[offsets[t], offsets[t + 1])`: only states that can be reached have one. */
  readonly #offsets: Int32Array
  #states: Uint8Array<ArrayBuffer>
  #predecessors: Uint8Array<ArrayBuffer>

  constructor(length: number, stateCount: number) {
    this.scores = new Float64Array(stateCount)
    this.previousScores = new Float64Array(stateCount)
    this.emission = new Float64Array(stateCount)
    this.#offsets = new Int32Array(length + 1)
    this.#states = new Uint8Array(32 * length)
    this.#predecessors = new Uint8Array(32 * length)
  }

  /** Call once per character, in order. */
  begin(index: number): void {
    ;[this.scores, this.previousScores] = [this.previousScores, this.scores]
    this.scores.fill(-Infinity)
    this.#offsets[index + 1] = this.#offsets[index]!
  }

  isEmpty(index: number): boolean {
    return this.#offsets[index + 1] === this.#offsets[index]
  }

  add(index: number, state: number, score: number, predecessor: number): void {
    const entry = this.#offsets[index + 1]!
    if (entry === this.#states.length) {
      this.#states = grown(this.#states)
      this.#predecessors = grown(this.#predecessors)
    }
    this.scores[state] = score
    this.#states[entry] = state
    this.#predecessors[entry] = predecessor
    this.#offsets[index + 1] = entry + 1
  }

  /** States along the best path. */
  trace(): Uint8Array {
    const path = new Uint8Array(this.#offsets.length - 1)
    let state = greatest(this.scores)
    for (let index = path.length - 1; index >= 0; index--) {
      path[index] = state
      const entries = this.#states.subarray(this.#offsets[index], this.#offsets[index + 1])
      state = this.#predecessors[this.#offsets[index]! + entries.indexOf(state)]!
    }
    return path
  }
}

/** The last of equal ones. */
function greatest(scores: Float64Array): number {
  let best = 0
  for (let state = 1; state < scores.length; state++) if (scores[state]! >= scores[best]!) best = state
  return best
}

function grown(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(2 * bytes.length)
  larger.set(bytes)
  return larger
}

/**
 * Cuts a run of characters that are no dictionary words, and tags the words, by a hidden Markov model whose states join
 * a character's position in its word (B, M, E, S) with the word's tag. Of equal scores the greater state name wins.
 */
export class TagModel {
  readonly #positions: readonly string[]
  readonly #tags: readonly string[]
  readonly #startScores: Float64Array
  readonly #steps: Steps
  readonly #emissions: Emissions
  readonly #allStates: Uint8Array

  constructor() {
    const tables = new Tables('zh/tag-model.bin.br')
    const states = tables.list('states')
    this.#positions = states.map((state) => state.slice(0, 1))
    this.#tags = states.map((state) => state.slice(2))
    this.#startScores = doubleColumn(tables, 'start')
    this.#steps = loadSteps(tables, states.length)
    this.#emissions = new Emissions(tables)
    this.#allStates = Uint8Array.from(states.keys())
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
    const lattice = new Lattice(run.length, this.#allStates.length)
    for (let index = 0; index < run.length; index++) {
      const code = run.charCodeAt(index)
      const listed = this.#emissions.listedStates(code)
      this.#emissions.fill(code, lattice.emission)
      lattice.begin(index)
      if (index > 0) this.#advance(lattice, index, listed)
      // Also where no state so far has a successor: the run starts anew, where upstream would fail.
      if (lattice.isEmpty(index)) this.#start(lattice, index, listed)
    }
    return lattice.trace()
  }

  #start(lattice: Lattice, index: number, listed: Uint8Array): void {
    const predecessor = greatest(lattice.previousScores)
    for (const state of listed.length > 0 ? listed : this.#allStates) {
      lattice.add(index, state, this.#startScores[state]! + lattice.emission[state]!, predecessor)
    }
  }

  #advance(lattice: Lattice, index: number, listed: Uint8Array): void {
    this.#step(lattice, index, listed)
    if (lattice.isEmpty(index)) this.#step(lattice, index, this.#allStates)
  }

  #step(lattice: Lattice, index: number, states: Uint8Array): void {
    const { from, predecessors, scores } = this.#steps
    const { previousScores, emission } = lattice
    for (const state of states) {
      const seen = emission[state]!
      const end = from[state + 1]!
      let best = -Infinity
      let bestPredecessor = -1
      for (let step = from[state]!; step < end; step++) {
        // The order of the additions decides ties.
        const score = previousScores[predecessors[step]!]! + scores[step]! + seen
        if (score >= best && score !== -Infinity) {
          best = score
          bestPredecessor = predecessors[step]!
        }
      }
      if (bestPredecessor >= 0) lattice.add(index, state, best, bestPredecessor)
    }
  }
}
