import { Tables } from '../tables.js'
import { doubleColumn } from '../han-words/columns.js'
import type { Dictionary } from './dictionary.js'
import { Emissions, neverSeen } from './emissions.js'
import { isWordCharacter } from './tagger.js'
import { isHan } from '../han-words/trie.js'

/** States of a character in its word, in the order of the tables. */
const [begin, end, middle, single] = [0, 1, 2, 3]
const stateCount = 4

/** Two states can precede each; of equal scores the first of the pair wins. */
const predecessorsOf: readonly (readonly [number, number])[] = [
  [end, single],
  [begin, middle],
  [middle, begin],
  [single, end]
]
/** What upstream takes when no score beats `neverSeen`: the greater letter of the pair. */
const fallbackOf: readonly number[] = [single, middle, middle, single]

/** Splits words for tone rules that look at their parts, by upstream's search-engine cut with its own rules for ties. */
export class WordSplitter {
  readonly #startScores: Float64Array
  readonly #transitions: Float64Array
  readonly #emissions: Emissions

  constructor(readonly dictionary: Dictionary) {
    const tables = new Tables('zh/search-model.bin.br')
    this.#startScores = doubleColumn(tables, 'start')
    this.#transitions = doubleColumn(tables, 'transitions')
    this.#emissions = new Emissions(tables)
  }

  /**
   * The shortest part of a word and the rest. A part that is not found at the front is taken for the tail, as in
   * upstream, even where it stood in the middle; the rest may be empty.
   */
  split(word: string): readonly [head: string, tail: string] {
    const part = this.#shortestPart(word)
    if (word.startsWith(part)) return [part, word.slice(part.length)]
    return [word.slice(0, -part.length), part]
  }

  /** The first of equally short parts. */
  #shortestPart(word: string): string {
    let shortest = word
    let isFirst = true
    for (const part of this.#searchCut(word)) {
      if (isFirst || part.length < shortest.length) shortest = part
      isFirst = false
    }
    return shortest
  }

  /** Dictionary words of two and three characters inside each long word come before it. */
  *#searchCut(word: string): Generator<string> {
    for (const part of this.#cut(word)) {
      for (const size of [2, 3]) {
        if (part.length <= size) continue
        for (let start = 0; start + size <= part.length; start++) {
          if (this.dictionary.has(part, start, start + size)) yield part.slice(start, start + size)
        }
      }
      yield part
    }
  }

  *#cut(word: string): Generator<string> {
    for (let start = 0; start < word.length;) {
      let stop = start
      while (stop < word.length && isWordCharacter(word.charCodeAt(stop))) stop++
      if (stop > start) yield* this.#cutStretch(word.slice(start, stop))
      else yield word[stop++]!
      start = stop
    }
  }

  *#cutStretch(stretch: string): Generator<string> {
    const ends = this.dictionary.bestRoute(stretch, 0, stretch.length, 'shorter')
    let gathered = 0
    for (let start = 0; start < stretch.length; start = ends[start]!) {
      if (ends[start]! - start === 1) continue
      yield* this.#cutGathered(stretch.slice(gathered, start))
      yield stretch.slice(start, ends[start])
      gathered = ends[start]!
    }
    yield* this.#cutGathered(stretch.slice(gathered))
  }

  *#cutGathered(run: string): Generator<string> {
    if (run.length <= 1 || this.dictionary.has(run)) yield* run
    else yield* this.#cutUnknown(run)
  }

  *#cutUnknown(run: string): Generator<string> {
    for (let start = 0; start < run.length;) {
      let stop = start
      while (stop < run.length && isHan(run.charCodeAt(stop))) stop++
      if (stop > start) yield* this.#cutByModel(run.slice(start, stop))
      if (stop < run.length) yield run[stop]!
      start = stop + 1
    }
  }

  *#cutByModel(run: string): Generator<string> {
    const path = this.#bestPath(run)
    let first = 0
    let next = 0
    for (let index = 0; index < run.length; index++) {
      const state = path[index]
      if (state === begin) first = index
      if (state !== end && state !== single) continue
      yield run.slice(state === end ? first : index, index + 1)
      next = index + 1
    }
    if (next < run.length) yield run.slice(next)
  }

  #bestPath(run: string): Uint8Array {
    const emission = new Float64Array(stateCount)
    const predecessors = new Uint8Array(stateCount * run.length)
    this.#emissions.fill(run.charCodeAt(0), emission)
    let scores = emission.map((score, state) => score + this.#startScores[state]!)
    for (let index = 1; index < run.length; index++) {
      this.#emissions.fill(run.charCodeAt(index), emission)
      scores = this.#advance(scores, emission, predecessors.subarray(stateCount * index))
    }
    const path = new Uint8Array(run.length)
    path[run.length - 1] = scores[single]! > scores[end]! ? single : end
    for (let index = run.length - 1; index > 0; index--) {
      path[index - 1] = predecessors[stateCount * index + path[index]!]!
    }
    return path
  }

  #advance(scores: Float64Array, emission: Float64Array, predecessors: Uint8Array): Float64Array<ArrayBuffer> {
    const next = new Float64Array(stateCount).fill(neverSeen)
    for (let state = 0; state < stateCount; state++) {
      predecessors[state] = fallbackOf[state]!
      for (const previous of predecessorsOf[state]!) {
        // The order of the additions decides ties.
        const score = emission[state]! + scores[previous]! + this.#transitions[stateCount * previous + state]!
        if (score <= next[state]!) continue
        next[state] = score
        predecessors[state] = previous
      }
    }
    return next
  }
}
