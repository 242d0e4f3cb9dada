import { type PlaneNumbers, StringIndex, Tables } from '../tables.js'

/** Words in the corpus that the counts are from (Google's trillion-word corpus). */
const CORPUS_WORDS = 1024908267229
const MAX_WORD = 24
/** Cells a start: lengths 0 (no word before) to 24. */
const WIDTH = MAX_WORD + 1
/** Letters that are divided at once; the last words of a stretch are divided again with the next. */
const STRETCH = 250
const CARRIED_WORDS = 5

class Counts {
  readonly #keys: StringIndex
  readonly #counts: PlaneNumbers

  constructor(file: string) {
    const tables = new Tables(file)
    this.#keys = new StringIndex(tables.bytes('keysLengths'), tables.bytes('keys'))
    this.#counts = tables.numbers('counts', this.#keys.size)
  }

  /** 0 when absent. */
  of(key: string): number {
    const index = this.#keys.find(key)
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

  constructor(
    private readonly text: string,
    private readonly single: Counts,
    private readonly pairs: Counts
  ) {
    const cells = (text.length + 1) * WIDTH
    this.#scores = new Float64Array(cells)
    this.#choices = new Uint8Array(cells)
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

  #divideFrom(start: number): void {
    const alone = this.#scoresAlone(start)
    this.#choose(start, 0, alone)
    for (let length = 1; length <= Math.min(MAX_WORD, start); length++) {
      const count = this.single.of(this.text.slice(start - length, start))
      if (count > 0) this.#choose(start, length, this.#scoresAfter(start, length, count, alone))
      else {
        this.#scores[start * WIDTH + length] = this.#scores[start * WIDTH]!
        this.#choices[start * WIDTH + length] = this.#choices[start * WIDTH]!
      }
    }
  }

  /** Of equal divisions the one with the longer first word wins. */
  #choose(start: number, length: number, own: Float64Array): void {
    let best = -Infinity
    for (let next = 1; next <= Math.min(MAX_WORD, this.text.length - start); next++) {
      const score = own[next]! + this.#scores[(start + next) * WIDTH + next]!
      if (score < best) continue
      best = score
      this.#choices[start * WIDTH + length] = next
    }
    this.#scores[start * WIDTH + length] = best
  }

  /** Logarithms of the probability of each word that may stand at `start`; an unknown word's falls with its length. */
  #scoresAlone(start: number): Float64Array {
    const scores = new Float64Array(WIDTH)
    for (let next = 1; next <= Math.min(MAX_WORD, this.text.length - start); next++) {
      const count = this.single.of(this.text.slice(start, start + next))
      scores[next] = Math.log10(count > 0 ? count / CORPUS_WORDS : 10 / (CORPUS_WORDS * 10 ** next))
    }
    return scores
  }

  /** The same after a known word: pairs that the corpus has are taken by their own count. */
  #scoresAfter(start: number, length: number, count: number, alone: Float64Array): Float64Array {
    const previous = this.text.slice(start - length, start)
    const scores = alone.slice()
    for (let next = 1; next <= Math.min(MAX_WORD, this.text.length - start); next++) {
      const pair = this.pairs.of(`${previous} ${this.text.slice(start, start + next)}`)
      if (pair > 0) scores[next] = Math.log10(pair / CORPUS_WORDS / (count / CORPUS_WORDS))
    }
    return scores
  }
}
