import { Tables } from '../tables.js'
import { byteColumn, uint16Column } from './columns.js'
import type { Syllable, SyllableTable } from './syllables.js'
import { unknown } from './syllables.js'
import { isHan, Trie } from './trie.js'

/** Words with a syllable for each character. */
export class ReadingTable {
  readonly #trie: Trie
  /** Per node, where its word's readings start, or -1. */
  readonly #starts: Int32Array
  readonly #readings: Uint16Array
  readonly #syllables: readonly Syllable[]

  constructor(
    file: string,
    readonly syllables: SyllableTable
  ) {
    const tables = new Tables(file)
    this.#trie = new Trie(tables)
    this.#readings = uint16Column(tables, 'readings')
    this.#syllables = tables.list('syllables').map((pinyin) => syllables.parse(pinyin))
    this.#starts = wordStarts(this.#trie, byteColumn(tables, 'isWord'))
  }

  /** Readings of a whole word. */
  find(word: string): readonly Syllable[] | undefined {
    const node = this.#trie.find(word)
    if (node < 0 || this.#starts[node]! < 0) return undefined
    const found: Syllable[] = []
    this.#append(node, word.length, found)
    return found
  }

  /** Reads a text of Han characters and marks by the longest words from the left. */
  read(text: string): Syllable[] {
    const read: Syllable[] = []
    while (read.length < text.length) {
      const start = read.length
      let longest = -1
      let length = 1
      let node = this.#trie.start(text.charCodeAt(start))
      for (let end = start + 1; node >= 0; end++) {
        if (this.#starts[node]! >= 0) {
          longest = node
          length = end - start
        }
        node = end < text.length ? this.#trie.child(node, text.charCodeAt(end)) : -1
      }
      if (longest < 0) read.push(this.#readAlone(text, start))
      else this.#append(longest, length, read)
    }
    return read
  }

  #readAlone(text: string, index: number): Syllable {
    return isHan(text.charCodeAt(index)) ? unknown : this.syllables.parse(text[index]!)
  }

  #append(node: number, length: number, read: Syllable[]): void {
    const start = this.#starts[node]!
    for (let index = start; index < start + length; index++) read.push(this.#syllables[this.#readings[index]!]!)
  }
}

/** Readings are stored in the order of the nodes, as many as the node's word has characters: its depth. */
function wordStarts(trie: Trie, isWord: Uint8Array): Int32Array {
  const starts = new Int32Array(trie.size).fill(-1)
  let next = 0
  trie.eachLevel((depth, from, to) => {
    for (let node = from; node < to; node++) {
      if (isWord[node] === 0) continue
      starts[node] = next
      next += depth
    }
  })
  return starts
}
