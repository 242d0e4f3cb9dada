import { Tables } from '../tables.js'

type Model = Readonly<Record<string, Readonly<Record<string, number>>>>

/** Features of BudouX by how many characters they span: name, and where they start from the gap. */
const FEATURES: readonly (readonly (readonly [name: string, from: number])[])[] = [
  [
    ['UW1', -3],
    ['UW2', -2],
    ['UW3', -1],
    ['UW4', 0],
    ['UW5', 1],
    ['UW6', 2]
  ],
  [
    ['BW1', -2],
    ['BW2', -1],
    ['BW3', 0]
  ],
  [
    ['TW1', -3],
    ['TW2', -2],
    ['TW3', -1],
    ['TW4', 0]
  ]
]
/** No feature reaches further from its gap, so that a text between so many blanks needs no bounds checked. */
const MARGIN = 3

const scratch = (length: number): [Int32Array, Int32Array, Int32Array] => [
  new Int32Array(length),
  new Int32Array(length),
  new Int32Array(length)
]

/** Every character, pair and triple of a model by number; 0 is one that it does not know. */
class Vocabulary {
  readonly #characters = new Uint16Array(0x10000)
  readonly #pairs = new Map<number, number>()
  readonly #triples = new Map<number, number>()
  #characterCount = 1
  #numbers = scratch(1024)

  constructor(model: Model) {
    const texts = Object.values(model).flatMap((weights) => Object.keys(weights))
    for (const text of texts) for (let at = 0; at < text.length; at++) this.#add(text.charCodeAt(at))
    for (const text of texts) if (text.length > 1) this.#grow(this.#pairs, this.#pairKey(text))
    for (const text of texts) if (text.length > 2) this.#grow(this.#triples, this.#tripleKey(text))
  }

  /**
   * Numbers of the characters, pairs and triples that start at each place, with the margin in front and behind. They
   * hold until the next text.
   */
  number(text: string): readonly [Int32Array, Int32Array, Int32Array] {
    const length = text.length + 2 * MARGIN
    if (this.#numbers[0].length < length) this.#numbers = scratch(2 * length)
    const [ones, twos, threes] = this.#numbers
    for (const numbers of this.#numbers) numbers.fill(0, 0, length)
    for (let at = 0; at < text.length; at++) ones[at + MARGIN] = this.#characters[text.charCodeAt(at)]!
    for (let at = MARGIN; at + 1 < length - MARGIN; at++) {
      twos[at] = this.#pairs.get(ones[at]! * this.#characterCount + ones[at + 1]!) ?? 0
      if (twos[at]) threes[at] = this.#triples.get(twos[at]! * this.#characterCount + ones[at + 2]!) ?? 0
    }
    return [ones, twos, threes]
  }

  /** A feature's weights by number. */
  weights(feature: Readonly<Record<string, number>> = {}): Float64Array {
    const byNumber = new Float64Array(Math.max(this.#characterCount, this.#pairs.size + 1, this.#triples.size + 1))
    for (const [text, weight] of Object.entries(feature)) {
      byNumber[this.number(text)[text.length - 1]![MARGIN]!] = weight
    }
    return byNumber
  }

  #add(code: number): void {
    this.#characters[code] ||= this.#characterCount++
  }

  #grow(numbers: Map<number, number>, key: number): void {
    if (!numbers.has(key)) numbers.set(key, numbers.size + 1)
  }

  #pairKey(text: string): number {
    return this.#characters[text.charCodeAt(0)]! * this.#characterCount + this.#characters[text.charCodeAt(1)]!
  }

  #tripleKey(text: string): number {
    return this.#pairs.get(this.#pairKey(text))! * this.#characterCount + this.#characters[text.charCodeAt(2)]!
  }
}

interface Feature {
  readonly span: 0 | 1 | 2
  readonly from: number
  readonly weights: Float64Array
}

/** A BudouX model: cuts Chinese or Japanese text, which has no spaces, into phrases. */
export class PhraseCutter {
  readonly #vocabulary: Vocabulary
  readonly #features: readonly Feature[]
  readonly #threshold: number
  /** Of the gaps in the text that is cut. */
  #gapScores = new Float64Array(1024)

  constructor(file: string) {
    const model = JSON.parse(new Tables(file).list('model')[0]!) as Model
    const vocabulary = new Vocabulary(model)
    this.#vocabulary = vocabulary
    this.#features = FEATURES.flatMap((features, span) =>
      features.map(([name, from]) => ({ span: span as 0 | 1 | 2, from, weights: vocabulary.weights(model[name]) }))
    )
    const all = Object.values(model).flatMap((weights) => Object.values(weights))
    this.#threshold = all.reduce((sum, weight) => sum + weight, 0) / 2
  }

  /** Phrases of a text of the Basic Multilingual Plane. */
  cut(text: string): string[] {
    if (text.length < 2) return text === '' ? [] : [text]
    const scores = this.#scores(text)
    const phrases: string[] = []
    let start = 0
    for (let gap = 1; gap < text.length; gap++) {
      if (scores[gap]! <= this.#threshold) continue
      phrases.push(text.slice(start, gap))
      start = gap
    }
    phrases.push(text.slice(start))
    return phrases
  }

  #scores(text: string): Float64Array {
    const numbers = this.#vocabulary.number(text)
    if (this.#gapScores.length < text.length) this.#gapScores = new Float64Array(2 * text.length)
    const scores = this.#gapScores.fill(0, 0, text.length)
    for (const { span, from, weights } of this.#features) {
      const places = numbers[span]
      for (let gap = 1; gap < text.length; gap++) scores[gap]! += weights[places[gap + from + MARGIN]!]!
    }
    return scores
  }
}
