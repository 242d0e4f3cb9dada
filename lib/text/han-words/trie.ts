import type { Tables } from '../tables.js'
import { uint16Column } from './columns.js'

/** Normalised text holds Han characters of this range only. */
export const firstHan = 0x4e00
export const lastHan = 0x9fa5

export const isHan = (code: number): boolean => code >= firstHan && code <= lastHan

/** Words of Han characters, character by character. Nodes are breadth first, so a node's children are neighbours. */
export class Trie {
  readonly size: number
  readonly #chars: Uint16Array
  /** Children of node `i` are `[firstChild[i], firstChild[i + 1])`, sorted by character. */
  readonly #firstChild: Int32Array
  /** The root has thousands of children: they are looked up, not searched. */
  readonly #ofFirstChar = new Int32Array(lastHan - firstHan + 1).fill(-1)

  constructor(tables: Tables) {
    this.#chars = uint16Column(tables, 'chars')
    this.size = this.#chars.length
    this.#firstChild = new Int32Array(this.size + 1)
    const counts = uint16Column(tables, 'childCounts')
    let next = 1
    for (let node = 0; node < this.size; node++) {
      this.#firstChild[node] = next
      next += counts[node]!
    }
    this.#firstChild[this.size] = next
    for (let node = 1; node < this.#firstChild[1]!; node++) this.#ofFirstChar[this.#chars[node]! - firstHan] = node
  }

  /** Node of a word's first character, or -1. */
  start(code: number): number {
    return isHan(code) ? this.#ofFirstChar[code - firstHan]! : -1
  }

  /** Node of the word that is one character longer, or -1. */
  child(node: number, code: number): number {
    const chars = this.#chars
    let low = this.#firstChild[node]!
    let high = this.#firstChild[node + 1]!
    while (low < high) {
      const middle = (low + high) >>> 1
      if (chars[middle]! < code) low = middle + 1
      else high = middle
    }
    return low < this.#firstChild[node + 1]! && chars[low] === code ? low : -1
  }

  /** Node of `text.slice(from, to)`, or -1. */
  find(text: string, from = 0, to = text.length): number {
    let node = this.start(text.charCodeAt(from))
    for (let index = from + 1; index < to && node >= 0; index++) node = this.child(node, text.charCodeAt(index))
    return node
  }

  /** Calls back with the nodes of each length of word, the root being of length 0. */
  eachLevel(visit: (depth: number, from: number, to: number) => void): void {
    for (let depth = 0, from = 0, to = 1; from < to; depth++) {
      visit(depth, from, to)
      ;[from, to] = [to, this.#firstChild[to]!]
    }
  }
}
