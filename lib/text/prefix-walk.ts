import type { StringIndex } from './tables.js'

const ASCII = 128

const NOT_YET = -2

/** Where the entries with each pair of first letters begin and end; found when first asked for. */
class Beginnings {
  readonly #letters = new Int32Array(ASCII).fill(NOT_YET)
  readonly #lows = new Int32Array(ASCII * ASCII).fill(NOT_YET)
  readonly #highs = new Int32Array(ASCII * ASCII)

  constructor(private readonly list: StringIndex) {}

  /** Index of the entry of one letter; -1 when there is none. */
  letter(code: number): number {
    if (this.#letters[code] === NOT_YET) this.#letters[code] = this.list.find(String.fromCharCode(code))
    return this.#letters[code]!
  }

  find(walk: PrefixWalk, first: number, second: number): void {
    const pair = first * ASCII + second
    if (this.#lows[pair] === NOT_YET) {
      walk.narrow(first, 0)
      walk.narrow(second, 1)
      this.#lows[pair] = walk.low
      this.#highs[pair] = walk.high
    }
    walk.low = this.#lows[pair]!
    walk.high = this.#highs[pair]!
  }
}

const beginnings = new WeakMap<StringIndex, Beginnings>()

/** Walks down a sorted list letter by letter: all entries that begin with what was read so far. */
export class PrefixWalk {
  low = 0
  high = 0
  #depth = 0
  #first = 0
  readonly #beginnings: Beginnings

  constructor(readonly list: StringIndex) {
    this.#beginnings = beginnings.get(list) ?? new Beginnings(list)
    beginnings.set(list, this.#beginnings)
    this.restart()
  }

  restart(): void {
    this.#depth = 0
    this.low = 0
    this.high = this.list.size
  }

  /** Goes on from where another walk over the same list is. */
  follow(other: PrefixWalk): void {
    this.#depth = other.#depth
    this.#first = other.#first
    this.low = other.low
    this.high = other.high
  }

  /** Goes on from where a walk over the same list was after two letters or more. */
  resume(low: number, high: number, depth: number): void {
    this.#depth = depth
    this.low = low
    this.high = high
  }

  /** Reads one more letter, of ASCII; false when no entry goes on so. */
  step(code: number): boolean {
    const depth = this.#depth++
    if (depth === 0) {
      // Narrowed together with the second letter.
      this.#first = code
      return true
    }
    if (depth === 1) this.#beginnings.find(this, this.#first, code)
    else this.narrow(code, depth)
    return this.low < this.high
  }

  /** Index of the entry that is just what was read; -1 when there is none. */
  entry(): number {
    if (this.#depth === 1) return this.#beginnings.letter(this.#first)
    return this.low < this.high && this.list.codeAt(this.low, this.#depth) < 0 ? this.low : -1
  }

  narrow(code: number, depth: number): void {
    this.low = this.#firstFrom(code, depth, this.low, this.high)
    // Few entries share a beginning, so the end is looked for from the front.
    let reach = 1
    while (this.low + reach < this.high && this.list.codeAt(this.low + reach, depth) === code) reach *= 2
    this.high = this.#firstFrom(code + 1, depth, this.low, Math.min(this.low + reach, this.high))
  }

  #firstFrom(code: number, depth: number, low: number, high: number): number {
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.list.codeAt(middle, depth) < code) low = middle + 1
      else high = middle
    }
    return low
  }
}
