import { brotliDecompressSync } from 'node:zlib'
import { MissingDataError } from '../errors.js'
import { dataFile, readDataFile } from './data-files.js'

interface Header {
  /** Byte offset after the header, and length in bytes. */
  readonly sections: Readonly<Record<string, readonly [number, number]>>
  readonly lists: Readonly<Record<string, readonly string[]>>
}

/**
 * Flat columns of one data file: a 4-byte header length, a JSON header, then the columns, under Brotli where that makes them smaller.
 * Columns are views, so nothing is parsed entry by entry. Written by scripts/pack-text-data.mjs.
 */
export class Tables {
  readonly #buffer: Buffer
  readonly #start: number
  readonly #header: Header

  constructor(readonly name: string) {
    const data = readDataFile(dataFile(name))
    this.#buffer = name.endsWith('.br') ? brotliDecompressSync(data) : data
    const length = this.#buffer.readUInt32LE(0)
    this.#start = 4 + length
    this.#header = JSON.parse(this.#buffer.toString('utf8', 4, this.#start)) as Header
  }

  bytes(section: string): Uint8Array {
    const place = this.#header.sections[section]
    if (!place) throw this.#lacks(section)
    return this.#buffer.subarray(this.#start + place[0], this.#start + place[0] + place[1])
  }

  floats(section: string): Float32Array {
    return new Float32Array(Uint8Array.from(this.bytes(section)).buffer)
  }

  numbers(section: string, count: number): PlaneNumbers {
    return new PlaneNumbers(this.bytes(section), count)
  }

  list(name: string): readonly string[] {
    const list = this.#header.lists[name]
    if (!list) throw this.#lacks(name)
    return list
  }

  #lacks(what: string): MissingDataError {
    return new MissingDataError(`${this.name} has no ${what}; reinstall gpt-sovits`)
  }
}

/**
 * Numbers stored byte plane by byte plane, lowest first: like bytes side by side compress well. They are put together
 * when one is asked for, since a text needs few of them.
 */
export class PlaneNumbers {
  constructor(
    readonly planes: Uint8Array,
    readonly count: number
  ) {}

  at(index: number): number {
    let number = 0
    for (let at = this.planes.length - this.count + index; at >= 0; at -= this.count) {
      number = number * 256 + this.planes[at]!
    }
    return number
  }
}

/** Running sums of byte-sized lengths: entry `i` spans `[offsets[i], offsets[i + 1])`. */
export function offsetsOf(lengths: Uint8Array): Int32Array {
  const offsets = new Int32Array(lengths.length + 1)
  let sum = 0
  for (let index = 0; index < lengths.length; index++) {
    sum += lengths[index]!
    offsets[index + 1] = sum
  }
  return offsets
}

/**
 * Finds a Latin-1 string's index in a packed list that is sorted by code. Nothing is built but offsets: a table of
 * hashes answers sooner, but hashing a whole list takes longer than reading a short text does.
 */
export class StringIndex {
  readonly size: number
  readonly #bytes: Uint8Array
  readonly #offsets: Int32Array

  constructor(lengths: Uint8Array, bytes: Uint8Array) {
    this.size = lengths.length
    this.#bytes = bytes
    this.#offsets = offsetsOf(lengths)
  }

  /** -1 when absent. */
  find(key: string): number {
    let low = 0
    let high = this.size - 1
    while (low <= high) {
      const middle = (low + high) >>> 1
      const order = this.#compare(middle, key)
      if (order === 0) return middle
      if (order < 0) low = middle + 1
      else high = middle - 1
    }
    return -1
  }

  /** The character of an entry at a place; -1 after its end. */
  codeAt(entry: number, place: number): number {
    const at = this.#offsets[entry]! + place
    return at < this.#offsets[entry + 1]! ? this.#bytes[at]! : -1
  }

  /** Negative when the entry comes before the key. */
  #compare(entry: number, key: string): number {
    const start = this.#offsets[entry]!
    const length = this.#offsets[entry + 1]! - start
    const shared = Math.min(length, key.length)
    for (let index = 0; index < shared; index++) {
      const difference = this.#bytes[start + index]! - key.charCodeAt(index)
      if (difference !== 0) return difference
    }
    return length - key.length
  }
}
