import { MissingDataError } from '../../errors.js'

/** Reads little-endian values one after another, and refuses to run past the end of a damaged file. */
export class ModelReader {
  #at = 0

  constructor(
    private readonly bytes: Buffer,
    private readonly path: string
  ) {}

  int32(): number {
    return this.bytes.readInt32LE(this.#take(4))
  }

  /** A count that is stored in 64 bits; -1 stands for none. */
  int64(): number {
    return Number(this.bytes.readBigInt64LE(this.#take(8)))
  }

  flag(): boolean {
    return this.bytes[this.#take(1)] !== 0
  }

  skip(length: number): void {
    this.#take(length)
  }

  byteArray(length: number): Uint8Array {
    const start = this.#take(length)
    return this.bytes.subarray(start, start + length)
  }

  int32Array(length: number): Int32Array {
    return new Int32Array(this.#copy(length * 4))
  }

  floatArray(length: number): Float32Array {
    return new Float32Array(this.#copy(length * 4))
  }

  /** A word of bytes up to a zero, which is passed over. */
  zeroTerminated(): string {
    const end = this.bytes.indexOf(0, this.#at)
    if (end < 0) throw this.damaged('a word has no end')
    const word = this.bytes.toString('latin1', this.#at, end)
    this.#at = end + 1
    return word
  }

  damaged(what: string): MissingDataError {
    return new MissingDataError(`${this.path} is no language model that can be read: ${what}`)
  }

  /** A copy, since a view of four-byte numbers must begin at a multiple of four. */
  #copy(length: number): ArrayBuffer {
    const start = this.#take(length)
    return Uint8Array.from(this.bytes.subarray(start, start + length)).buffer as ArrayBuffer
  }

  #take(length: number): number {
    const start = this.#at
    if (!(length >= 0) || start + length > this.bytes.length) throw this.damaged('it is cut short')
    this.#at += length
    return start
  }
}
