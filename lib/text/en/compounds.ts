import { StringIndex, Tables } from '../tables.js'

/** Words in the corpus that the counts are from (Google's trillion-word corpus). */
const CORPUS_WORDS = 1024908267229
const MAX_WORD = 24
/** Letters that are divided at once; the last words of a stretch are divided again with the next. */
const STRETCH = 250
const CARRIED_WORDS = 5

class Counts {
  readonly #keys: StringIndex
  readonly #counts: Float64Array

  constructor(file: string) {
    const tables = new Tables(file)
    this.#keys = new StringIndex(tables.bytes('keysLengths'), tables.bytes('keys'))
    this.#counts = tables.planes('counts', this.#keys.size)
  }

  /** 0 when absent. */
  of(key: string): number {
    const index = this.#keys.find(key)
    return index < 0 ? 0 : this.#counts[index]!
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
      const divided = this.#divide(carried + letters.slice(at, at + STRETCH))
      carried = divided.slice(-CARRIED_WORDS).join('')
      words.push(...divided.slice(0, -CARRIED_WORDS))
    }
    return [...words, ...this.#divide(carried)]
  }

  #probability(word: string, count: number): number {
    return count > 0 ? count / CORPUS_WORDS : 10 / (CORPUS_WORDS * 10 ** word.length)
  }

  /**
   * Best division of each tail, from the end: `score[start][length]` is that of the text after a word of
   * `length` letters that ends at `start`.
   */
  #divide(text: string): string[] {
    const width = MAX_WORD + 1
    const score = new Float64Array((text.length + 1) * width)
    const choice = new Uint8Array((text.length + 1) * width)
    const own = this.#ownCounts(text)
    for (let start = text.length - 1; start >= 0; start--) {
      const longest = Math.min(MAX_WORD, text.length - start)
      const alone = this.#alone(text, start, longest, own)
      for (let length = start === 0 ? 0 : 1; length <= Math.min(MAX_WORD, start); length++) {
        if (start === 0 && length > 0) break
        const previousCount = length ? own[(start - length) * width + length]! : 0
        const previous = length && previousCount ? text.slice(start - length, start) : undefined
        let best = -Infinity
        for (let next = 1; next <= longest; next++) {
          let own10 = alone[next]!
          const pair = previous === undefined ? 0 : this.#pairs.of(`${previous} ${text.slice(start, start + next)}`)
          if (pair) own10 = Math.log10(pair / CORPUS_WORDS / (previousCount / CORPUS_WORDS))
          const total = own10 + score[(start + next) * width + next]!
          // Of equal divisions the one with the longer first word wins.
          if (total >= best) {
            best = total
            choice[start * width + length] = next
          }
        }
        score[start * width + length] = best
      }
    }
    return this.#follow(text, choice)
  }

  /** Count of every stretch of up to 24 letters, at `[start * 25 + length]`. */
  #ownCounts(text: string): Float64Array {
    const counts = new Float64Array((text.length + 1) * (MAX_WORD + 1))
    for (let start = 0; start < text.length; start++) {
      for (let length = 1; length <= MAX_WORD && start + length <= text.length; length++) {
        counts[start * (MAX_WORD + 1) + length] = this.#words.of(text.slice(start, start + length))
      }
    }
    return counts
  }

  #alone(text: string, start: number, longest: number, own: Float64Array): Float64Array {
    const scores = new Float64Array(MAX_WORD + 1)
    for (let next = 1; next <= longest; next++) {
      const count = own[start * (MAX_WORD + 1) + next]!
      scores[next] = Math.log10(this.#probability(text.slice(start, start + next), count))
    }
    return scores
  }

  #follow(text: string, choice: Uint8Array): string[] {
    const words: string[] = []
    for (let start = 0, length = 0; start < text.length;) {
      length = choice[start * (MAX_WORD + 1) + length]!
      words.push(text.slice(start, start + length))
      start += length
    }
    return words
  }
}
