import { offsetsOf, type PlaneNumbers, StringIndex, Tables } from '../tables.js'

/** Weights are stored as thousandths above this. */
const WEIGHT_OFFSET = 32000
const MAX_REMEMBERED = 50_000

function normalizeWord(word: string): string {
  if (word.includes('-') && word[0] !== '-') return '!HYPHEN'
  return word.toLowerCase()
}

/** Part-of-speech tags by an averaged perceptron over a word, its neighbours and the two tags before it. */
export class Tagger {
  readonly #features: StringIndex
  readonly #offsets: Int32Array
  readonly #weightTags: Uint8Array
  readonly #weights: PlaneNumbers
  /** Index of features that were looked for: a text's words and tags come back. */
  readonly #remembered = new Map<string, number>()
  readonly #words: StringIndex
  readonly #wordTags: Uint8Array
  readonly #tags: readonly string[]
  readonly #scores: Float64Array

  constructor() {
    const tables = new Tables('en/tagger.bin.br')
    this.#features = new StringIndex(tables.bytes('featuresLengths'), tables.bytes('features'))
    this.#offsets = offsetsOf(tables.bytes('weightCounts'))
    this.#weightTags = tables.bytes('weightTags')
    this.#weights = tables.numbers('weights', this.#weightTags.length)
    this.#words = new StringIndex(tables.bytes('wordsLengths'), tables.bytes('words'))
    this.#wordTags = tables.bytes('wordTags')
    this.#tags = tables.list('tags')
    this.#scores = new Float64Array(this.#tags.length)
  }

  /** Tags of the first `count` tokens; those after them are still seen as neighbours. */
  tag(tokens: readonly string[], count = tokens.length): string[] {
    const words = ['-START-', '-START2-', ...tokens.slice(0, count + 2).map(normalizeWord), '-END-', '-END2-']
    const tags: string[] = []
    let [previous, beforePrevious] = ['-START-', '-START2-']
    for (let index = 0; index < count; index++) {
      const known = this.#words.find(tokens[index]!)
      const tag =
        known >= 0
          ? this.#tags[this.#wordTags[known]!]!
          : this.#predict(tokens[index]!, words, index + 2, previous, beforePrevious)
      tags.push(tag)
      beforePrevious = previous
      previous = tag
    }
    return tags
  }

  #predict(token: string, words: readonly string[], at: number, previous: string, beforePrevious: string): string {
    const word = words[at]!
    const [left, right] = [words[at - 1]!, words[at + 1]!]
    this.#scores.fill(0)
    this.#add('bias')
    this.#add(`i suffix ${token.slice(-3)}`)
    this.#add(`i pref1 ${token[0]}`)
    this.#add(`i-1 tag ${previous}`)
    this.#add(`i-2 tag ${beforePrevious}`)
    this.#add(`i tag+i-2 tag ${previous} ${beforePrevious}`)
    this.#add(`i word ${word}`)
    this.#add(`i-1 tag+i word ${previous} ${word}`)
    this.#add(`i-1 word ${left}`)
    this.#add(`i-1 suffix ${left.slice(-3)}`)
    this.#add(`i-2 word ${words[at - 2]!}`)
    this.#add(`i+1 word ${right}`)
    this.#add(`i+1 suffix ${right.slice(-3)}`)
    this.#add(`i+2 word ${words[at + 2]!}`)
    return this.#best()
  }

  #add(feature: string): void {
    const index = this.#indexOf(feature)
    if (index < 0) return
    for (let at = this.#offsets[index]!; at < this.#offsets[index + 1]!; at++) {
      this.#scores[this.#weightTags[at]!]! += (this.#weights.at(at) - WEIGHT_OFFSET) / 1000
    }
  }

  #indexOf(feature: string): number {
    let index = this.#remembered.get(feature)
    if (index === undefined) {
      index = this.#features.find(feature)
      if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear()
      this.#remembered.set(feature, index)
    }
    return index
  }

  /** Of equal scores the later tag in the alphabet wins; tags are stored sorted. */
  #best(): string {
    let best = 0
    for (let tag = 1; tag < this.#scores.length; tag++) if (this.#scores[tag]! >= this.#scores[best]!) best = tag
    return this.#tags[best]!
  }
}
