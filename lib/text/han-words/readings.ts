import { Tables } from '../tables.js'
import { byteColumn, uint16Column } from './columns.js'
import { Trie } from './trie.js'

/** Words with a reading for each character. */
export class ReadingTable<Reading> {
  readonly #trie: Trie
  /** Per node, where its word's readings start, or -1. */
  readonly #starts: Int32Array
  readonly #numbers: Uint16Array
  /** By number. */
  readonly #readings: readonly Reading[]

  /** `readAlone` reads what no word begins with. */
  constructor(
    file: string,
    parse: (spelling: string) => Reading,
    readonly readAlone: (char: string) => Reading
  ) {
    const tables = new Tables(file)
    this.#trie = new Trie(tables)
    this.#numbers = uint16Column(tables, 'readings')
    this.#readings = tables.list('syllables').map(parse)
    this.#starts = wordStarts(this.#trie, byteColumn(tables, 'isWord'))
  }

  /** Readings of a whole word. */
  find(word: string): readonly Reading[] | undefined {
    const node = this.#trie.find(word)
    if (node < 0 || this.#starts[node]! < 0) return undefined
    const found: Reading[] = []
    this.#append(this.#starts[node]!, word.length, found)
    return found
  }

  /** Reads a text by the longest words from the left: a reading for each of its UTF-16 codes. */
  read(text: string): Reading[] {
    const read: Reading[] = []
    for (let start = 0; start < text.length; start = read.length) {
      let numbers = -1
      let length = 1
      let node = this.#trie.start(text.charCodeAt(start))
      for (let end = start + 1; node >= 0; end++) {
        const own = this.#starts[node]!
        if (own >= 0) {
          numbers = own
          length = end - start
        }
        node = end < text.length ? this.#trie.child(node, text.charCodeAt(end)) : -1
      }
      if (numbers < 0) read.push(this.readAlone(text[start]!))
      else this.#append(numbers, length, read)
    }
    return read
  }

  #append(start: number, length: number, read: Reading[]): void {
    for (let at = start; at < start + length; at++) read.push(this.#readings[this.#numbers[at]!]!)
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
