import { symbolOf } from '../symbols.js'
import { offsetsOf, StringIndex, Tables } from '../tables.js'

/** Words and their phones, in packed columns. */
export class PronunciationTable {
  readonly #words: StringIndex
  readonly #offsets: Int32Array
  readonly #phones: Uint8Array
  readonly #symbols: readonly string[]

  constructor(file: string) {
    const tables = new Tables(file)
    this.#words = new StringIndex(tables.bytes('wordsLengths'), tables.bytes('words'))
    this.#offsets = offsetsOf(tables.bytes('phoneCounts'))
    this.#phones = tables.bytes('phones')
    this.#symbols = tables.list('symbols').map(symbolOf)
  }

  /** Phones of a lower-case word. */
  find(word: string): string[] | undefined {
    const index = this.#words.find(word)
    if (index < 0) return undefined
    const phones: string[] = []
    for (let at = this.#offsets[index]!; at < this.#offsets[index + 1]!; at++) {
      phones.push(this.#symbols[this.#phones[at]!]!)
    }
    return phones
  }
}

/** A word that is said in two ways, by its part of speech. */
export interface Homograph {
  readonly tag: string
  readonly first: readonly string[]
  readonly second: readonly string[]
}

export function loadHomographs(): ReadonlyMap<string, Homograph> {
  const homographs = new Map<string, Homograph>()
  for (const line of new Tables('en/homographs.bin.br').list('homographs')) {
    const [word, tag, first, second] = line.split('\t')
    homographs.set(word!, { tag: tag!, first: first!.split(' '), second: second!.split(' ') })
  }
  return homographs
}
