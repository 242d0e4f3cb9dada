import { Tables } from '../tables.js'
import { byteColumn, doubleColumn, uint16Column } from '../han-words/columns.js'
import { Trie } from '../han-words/trie.js'

/** Which of two equally likely routes through the words is taken. */
export type TiePreference = 'longer' | 'shorter'

/** The search cut looks no further in upstream. */
const maxCandidates = 12

/** Words with their likelihood and part of speech. */
export class Dictionary {
  readonly #trie: Trie
  /** Per node; 0 for a node that is no word. */
  readonly #ranks: Uint16Array
  readonly #tagNumbers: Uint8Array
  readonly #tags: readonly string[]
  /** By rank, log of the word's share of all words. Entry 0 is for unknown words, which count once. */
  readonly #weights: Float64Array
  /** Of the best route from each place of the text that is looked at, and where its first word ends. */
  #scores = new Float64Array(1024)
  #ends = new Int32Array(1024)

  constructor() {
    const tables = new Tables('zh/words.bin.br')
    this.#trie = new Trie(tables)
    this.#ranks = uint16Column(tables, 'frequencyRanks')
    this.#tagNumbers = byteColumn(tables, 'tags')
    this.#tags = tables.list('tags')
    const [total, ...frequencies] = doubleColumn(tables, 'logarithms')
    this.#weights = Float64Array.from([0, ...frequencies], (logarithm) => logarithm - total!)
  }

  has(text: string, from = 0, to = text.length): boolean {
    const node = this.#trie.find(text, from, to)
    return node >= 0 && this.#ranks[node] !== 0
  }

  /** Part of speech; `x` for what is no word. */
  tagOf(word: string): string {
    const node = this.#trie.find(word)
    return (node >= 0 && this.#tags[this.#tagNumbers[node]!]) || 'x'
  }

  /**
   * The likeliest words of `text.slice(from, to)`: entry `i` is where the word that starts at `from + i` ends. They hold
   * until the next call.
   */
  bestRoute(text: string, from: number, to: number, preference: TiePreference): Int32Array {
    const length = to - from
    if (this.#ends.length <= length) {
      this.#scores = new Float64Array(2 * length)
      this.#ends = new Int32Array(2 * length)
    }
    const [scores, ends] = [this.#scores, this.#ends]
    scores[length] = 0
    const limit = preference === 'shorter' ? maxCandidates : length
    for (let start = length - 1; start >= 0; start--) {
      let best = this.#weights[0]! + scores[start + 1]!
      let bestEnd = start + 1
      let found = 0
      let node = this.#trie.start(text.charCodeAt(from + start))
      for (let end = start + 1; node >= 0 && found < limit; end++) {
        const rank = this.#ranks[node]!
        if (rank !== 0) {
          const score = this.#weights[rank]! + scores[end]!
          if (found++ === 0 || score > best || (score === best && preference === 'longer')) {
            best = score
            bestEnd = end
          }
        }
        node = end < length ? this.#trie.child(node, text.charCodeAt(from + end)) : -1
      }
      scores[start] = best
      ends[start] = from + bestEnd
    }
    return ends
  }
}
