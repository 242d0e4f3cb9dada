import { PrefixWalk } from '../prefix-walk.js'
import { type PlaneNumbers, StringIndex, Tables } from '../tables.js'

/** Words in the corpus that the counts are from (Google's trillion-word corpus). */
const CORPUS_WORDS = 1024908267229
const MAX_WORD = 24
/** Cells a start: lengths 0 (no word before) to 24. */
const WIDTH = MAX_WORD + 1
/** Letters that are divided at once; the last words of a stretch are divided again with the next. */
const STRETCH = 250
const CARRIED_WORDS = 5
const SPACE = 0x20

/** By its length: an unknown word's probability falls with every letter. */
const SCORES_OF_UNKNOWN = Float64Array.from({ length: WIDTH }, (_unused, length) =>
  Math.log10(10 / (CORPUS_WORDS * 10 ** length))
)

class Counts {
  readonly keys: StringIndex
  readonly #counts: PlaneNumbers

  constructor(file: string) {
    const tables = new Tables(file)
    this.keys = new StringIndex(tables.bytes('keysLengths'), tables.bytes('keys'))
    this.#counts = tables.numbers('counts', this.keys.size)
  }

  /** Of what a walk has read; 0 when it is no entry. */
  at(walk: PrefixWalk): number {
    const index = walk.entry()
    return index < 0 ? 0 : this.#counts.at(index)
  }
}

/** Divides letters without spaces into the likeliest words, by counts of words and of pairs of words. */
export class CompoundSplitter {
  readonly #words = new Counts('en/words.bin.br')
  readonly #pairs = new Counts('en/word-pairs.bin.br')

  split(word: string): string[] {
    const letters = word.toLowerCase().replace(/[^a-z0-9]/g, '')
    const words: string[] = []
    let carried = ''
    for (let at = 0; at < letters.length; at += STRETCH) {
      const divided = new Division(carried + letters.slice(at, at + STRETCH), this.#words, this.#pairs).words()
      carried = divided.slice(-CARRIED_WORDS).join('')
      words.push(...divided.slice(0, -CARRIED_WORDS))
    }
    return [...words, ...new Division(carried, this.#words, this.#pairs).words()]
  }
}

/** Best division of every tail of a text, worked out from the end. Cells are `[start * 25 + length]`. */
class Division {
  /** Best score of the tail from `start` after a word of `length` letters. */
  readonly #scores: Float64Array
  /** Length of the first word of that tail. */
  readonly #choices: Uint8Array
  /** Count of the word of `length` letters from `start`. */
  readonly #counts: Float64Array
  /** Score of a word that stands at the place, by its length; and of one that comes after a known word. */
  readonly #alone = new Float64Array(WIDTH)
  readonly #after = new Float64Array(WIDTH)
  /** Pairs that begin with the word of `length` letters from `start`: entries `[low, high)` of the list. */
  readonly #pairLows: Int32Array
  readonly #pairHighs: Int32Array
  readonly #walk: PrefixWalk
  readonly #pairWalk: PrefixWalk
  readonly #secondWord: PrefixWalk

  constructor(
    private readonly text: string,
    single: Counts,
    private readonly pairs: Counts
  ) {
    const cells = (text.length + 1) * WIDTH
    this.#scores = new Float64Array(cells)
    this.#choices = new Uint8Array(cells)
    this.#counts = new Float64Array(cells)
    this.#pairLows = new Int32Array(cells)
    this.#pairHighs = new Int32Array(cells)
    this.#walk = new PrefixWalk(single.keys)
    this.#pairWalk = new PrefixWalk(pairs.keys)
    this.#secondWord = new PrefixWalk(pairs.keys)
    for (let start = 0; start < text.length; start++) this.#count(start, single)
    for (let start = text.length - 1; start >= 0; start--) this.#divideFrom(start)
  }

  words(): string[] {
    const words: string[] = []
    for (let start = 0, length = 0; start < this.text.length;) {
      length = this.#choices[start * WIDTH + length]!
      words.push(this.text.slice(start, start + length))
      start += length
    }
    return words
  }

  #longestFrom(start: number): number {
    return Math.min(MAX_WORD, this.text.length - start)
  }

  /** Both lists are walked down once for all words from `start`. */
  #count(start: number, single: Counts): void {
    this.#walk.restart()
    this.#pairWalk.restart()
    let hasPairs = true
    for (let length = 1; length <= this.#longestFrom(start); length++) {
      const letter = this.text.charCodeAt(start + length - 1)
      if (!this.#walk.step(letter)) return
      const count = single.at(this.#walk)
      this.#counts[start * WIDTH + length] = count
      hasPairs &&= this.#pairWalk.step(letter)
      if (hasPairs && count > 0) this.#findPairs(start * WIDTH + length)
    }
  }

  #findPairs(cell: number): void {
    this.#secondWord.follow(this.#pairWalk)
    if (!this.#secondWord.step(SPACE)) return
    this.#pairLows[cell] = this.#secondWord.low
    this.#pairHighs[cell] = this.#secondWord.high
  }

  #divideFrom(start: number): void {
    this.#scoreAlone(start)
    this.#choose(start, 0, this.#alone)
    for (let length = 1; length <= Math.min(MAX_WORD, start); length++) {
      const cell = start * WIDTH + length
      const count = this.#counts[(start - length) * WIDTH + length]!
      if (count > 0 && this.#scoreAfter(start, length, count)) {
        this.#choose(start, length, this.#after)
      } else {
        this.#scores[cell] = this.#scores[start * WIDTH]!
        this.#choices[cell] = this.#choices[start * WIDTH]!
      }
    }
  }

  /** Of equal divisions the one with the longer first word wins. */
  #choose(start: number, length: number, own: Float64Array): void {
    let best = -Infinity
    for (let next = 1; next <= this.#longestFrom(start); next++) {
      const score = own[next]! + this.#scores[(start + next) * WIDTH + next]!
      if (score < best) continue
      best = score
      this.#choices[start * WIDTH + length] = next
    }
    this.#scores[start * WIDTH + length] = best
  }

  /** Logarithms of the probability of each word that may stand at `start`. */
  #scoreAlone(start: number): void {
    for (let next = 1; next <= this.#longestFrom(start); next++) {
      const count = this.#counts[start * WIDTH + next]!
      this.#alone[next] = count > 0 ? Math.log10(count / CORPUS_WORDS) : SCORES_OF_UNKNOWN[next]!
    }
  }

  /** The same after a known word: pairs that the corpus has are taken by their own count. False when it has none. */
  #scoreAfter(start: number, length: number, count: number): boolean {
    const cell = (start - length) * WIDTH + length
    if (this.#pairHighs[cell] === 0) return false
    this.#secondWord.resume(this.#pairLows[cell]!, this.#pairHighs[cell]!, length + 1)
    let isFound = false
    for (let next = 1; next <= this.#longestFrom(start); next++) {
      if (!this.#secondWord.step(this.text.charCodeAt(start + next - 1))) break
      const pair = this.pairs.at(this.#secondWord)
      if (pair === 0) continue
      if (!isFound) this.#after.set(this.#alone)
      this.#after[next] = Math.log10(pair / CORPUS_WORDS / (count / CORPUS_WORDS))
      isFound = true
    }
    return isFound
  }
}
