/** What one row gave. `null` where the row's kind has no such thing. */
export interface Outcome {
  readonly exact: boolean
  readonly norm: boolean | null
  readonly word2ph: boolean | null
  /** Phones to insert, delete or replace, and phones expected. */
  readonly edits: number
  readonly expected: number
}

export interface Score {
  items: number
  exact: number
  norm: number | null
  word2ph: number | null
  /** Phone error rate: edits over expected phones; `null` without phones. */
  per: number | null
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

function countTrue(values: readonly (boolean | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : known.filter(Boolean).length
}

export function scoreOf(outcomes: readonly Outcome[]): Score {
  const expected = sum(outcomes.map((outcome) => outcome.expected))
  return {
    items: outcomes.length,
    exact: outcomes.filter((outcome) => outcome.exact).length,
    norm: countTrue(outcomes.map((outcome) => outcome.norm)),
    word2ph: countTrue(outcomes.map((outcome) => outcome.word2ph)),
    per: expected === 0 ? null : sum(outcomes.map((outcome) => outcome.edits)) / expected
  }
}

export function sameList<Value>(a: ArrayLike<Value>, b: ArrayLike<Value>): boolean {
  if (a.length !== b.length) return false
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false
  return true
}

/** Levenshtein distance. */
export function editDistance<Value>(a: readonly Value[], b: readonly Value[]): number {
  let row = Array.from({ length: b.length + 1 }, (_unused, index) => index)
  a.forEach((left, index) => {
    const next = [index + 1]
    b.forEach((right, at) => {
      next.push(Math.min(row[at]! + (left === right ? 0 : 1), row[at + 1]! + 1, next[at]! + 1))
    })
    row = next
  })
  return row[b.length]!
}
