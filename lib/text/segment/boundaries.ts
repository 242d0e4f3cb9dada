import { Tables } from '../tables.js'

type Weights = ReadonlyMap<string, number>

/** Where each kind of feature starts, from the gap, and how many characters it spans (BudouX's names). */
const FEATURES: readonly (readonly [string, number, number])[] = [
  ['UW1', -3, 1],
  ['UW2', -2, 1],
  ['UW3', -1, 1],
  ['UW4', 0, 1],
  ['UW5', 1, 1],
  ['UW6', 2, 1],
  ['BW1', -2, 2],
  ['BW2', -1, 2],
  ['BW3', 0, 2],
  ['TW1', -3, 3],
  ['TW2', -2, 3],
  ['TW3', -1, 3],
  ['TW4', 0, 3]
]

/** A BudouX model: cuts Chinese or Japanese text, which has no spaces, into phrases. */
export class PhraseCutter {
  readonly #features: readonly { readonly weights: Weights; readonly from: number; readonly length: number }[]
  readonly #threshold: number

  constructor(file: string) {
    const model = JSON.parse(new Tables(file).list('model')[0]!) as Record<string, Record<string, number>>
    this.#features = FEATURES.map(([name, from, length]) => ({
      weights: new Map(Object.entries(model[name] ?? {})),
      from,
      length
    }))
    const all = Object.values(model).flatMap((weights) => Object.values(weights))
    this.#threshold = all.reduce((sum, weight) => sum + weight, 0) / 2
  }

  /** Phrases of a text of the Basic Multilingual Plane. */
  cut(text: string): string[] {
    const phrases: string[] = []
    let start = 0
    for (let gap = 1; gap < text.length; gap++) {
      if (this.#score(text, gap) <= this.#threshold) continue
      phrases.push(text.slice(start, gap))
      start = gap
    }
    if (start < text.length) phrases.push(text.slice(start))
    return phrases
  }

  #score(text: string, gap: number): number {
    let score = 0
    for (const { weights, from, length } of this.#features) {
      const start = gap + from
      if (start < 0 || start + length > text.length) continue
      score += weights.get(text.slice(start, start + length)) ?? 0
    }
    return score
  }
}
