import { brotliDecompressSync } from 'node:zlib'
import { MissingDataError } from '../errors.js'
import { dataFile, readDataFile } from './data-files.js'

interface Header {
  /** Byte offset after the header, and length in bytes. */
  readonly sections: Readonly<Record<string, readonly [number, number]>>
  readonly lists: Readonly<Record<string, readonly string[]>>
}

/**
 * Flat columns of one data file: a 4-byte header length, a JSON header, then the columns, all under Brotli.
 * Columns are views, so nothing is parsed entry by entry. Written by scripts/pack-text-data.mjs.
 */
export class Tables {
  readonly #buffer: Buffer
  readonly #start: number
  readonly #header: Header

  constructor(readonly name: string) {
    this.#buffer = brotliDecompressSync(readDataFile(dataFile(name)))
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

  /** Numbers stored byte plane by byte plane, lowest first: like bytes side by side compress well. */
  planes(section: string, count: number): Float64Array {
    const bytes = this.bytes(section)
    const numbers = new Float64Array(count)
    let scale = 1
    for (let plane = 0; plane * count < bytes.length; plane++, scale *= 256) {
      const at = plane * count
      for (let index = 0; index < count; index++) numbers[index]! += bytes[at + index]! * scale
    }
    return numbers
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

/** Finds a Latin-1 string's index in a packed list through an open-addressing hash table. */
export class StringIndex {
  readonly size: number
  readonly #bytes: Uint8Array
  readonly #offsets: Int32Array
  /** Index + 1; 0 is a free slot. */
  readonly #slots: Int32Array
  readonly #mask: number

  constructor(lengths: Uint8Array, bytes: Uint8Array) {
    this.size = lengths.length
    this.#bytes = bytes
    this.#offsets = offsetsOf(lengths)
    const slotCount = 1 << (33 - Math.clz32(Math.max(1, this.size)))
    this.#slots = new Int32Array(slotCount)
    this.#mask = slotCount - 1
    this.#fill()
  }

  /** -1 when absent. */
  find(key: string): number {
    let hash = 0x811c9dc5
    for (let index = 0; index < key.length; index++) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193)
    for (let slot = (hash ^ (hash >>> 15)) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const entry = this.#slots[slot]!
      if (entry === 0) return -1
      if (this.#equals(entry - 1, key)) return entry - 1
    }
  }

  #equals(entry: number, key: string): boolean {
    const start = this.#offsets[entry]!
    if (this.#offsets[entry + 1]! - start !== key.length) return false
    for (let index = 0; index < key.length; index++) {
      if (this.#bytes[start + index] !== key.charCodeAt(index)) return false
    }
    return true
  }

  #fill(): void {
    const bytes = this.#bytes
    const offsets = this.#offsets
    for (let entry = 0; entry < this.size; entry++) {
      let hash = 0x811c9dc5
      for (let at = offsets[entry]!; at < offsets[entry + 1]!; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193)
      let slot = (hash ^ (hash >>> 15)) & this.#mask
      while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask
      this.#slots[slot] = entry + 1
    }
  }
}
