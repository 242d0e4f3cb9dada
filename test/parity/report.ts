/** Prints each comparison beside its tolerance and counts. */
export class Report {
  passed = 0
  failed = 0
  skipped = 0

  constructor(private readonly print: (line: string) => void = console.log) {}

  /** Largest absolute difference over the reference's peak. Positions where the reference is NaN are not compared. */
  close(name: string, actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
    const { error, reason } = relativeError(actual, expected)
    const ok = reason === undefined && error <= tolerance
    this.#row(
      ok,
      name,
      reason ?? `max error ${error.toExponential(1)} of peak, tolerance ${tolerance.toExponential(0)}`
    )
  }

  /** As `close`, but in the values' own unit. */
  closeAbsolute(name: string, actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
    const { error, peak, reason } = relativeError(actual, expected)
    const absolute = error * peak
    const ok = reason === undefined && absolute <= tolerance
    this.#row(ok, name, reason ?? `max error ${absolute.toExponential(1)}, tolerance ${tolerance.toExponential(0)}`)
  }

  /** The mean absolute difference. */
  closeMean(name: string, actual: Float32Array, expected: Float32Array, tolerance: number): void {
    const sum = expected.reduce((total, wanted, i) => total + Math.abs(wanted - (actual[i] ?? NaN)), 0)
    const mean = sum / expected.length
    const ok = actual.length === expected.length && mean <= tolerance
    this.#row(ok, name, `mean error ${mean.toExponential(1)}, tolerance ${tolerance.toExponential(0)}`)
  }

  /** Equal item by item; where `certain` says no, either answer is right. */
  equal(
    name: string,
    actual: readonly number[],
    expected: readonly number[],
    certain: (index: number) => boolean = () => true
  ): void {
    if (actual.length !== expected.length) {
      this.#row(false, name, `${actual.length} items, ${expected.length} expected`)
      return
    }
    const wrong = expected.findIndex((item, index) => item !== actual[index] && certain(index))
    const text =
      wrong < 0 ? `${expected.length} identical` : `item ${wrong} is ${actual[wrong]}, ${expected[wrong]} expected`
    this.#row(wrong < 0, name, text)
  }

  fail(name: string, reason: string): void {
    this.#row(false, name, reason)
  }

  skip(name: string, reason: string): void {
    this.skipped++
    this.print(`skip  ${name.padEnd(44)} ${reason}`)
  }

  /** Prints the closing line; true when nothing failed. */
  finish(): boolean {
    const skipped = this.skipped > 0 ? `, ${this.skipped} skipped` : ''
    this.print(`${this.passed} passed, ${this.failed} failed${skipped}`)
    return this.failed === 0
  }

  #row(ok: boolean, name: string, text: string): void {
    if (ok) this.passed++
    else this.failed++
    this.print(`${ok ? 'ok   ' : 'FAIL '} ${name.padEnd(44)} ${text}`)
  }
}

function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>) {
  if (actual.length !== expected.length) {
    return { error: NaN, peak: NaN, reason: `${actual.length} values, ${expected.length} expected` }
  }
  let peak = 0
  let worst = 0
  for (let i = 0; i < expected.length; i++) {
    const wanted = expected[i] as number
    if (Number.isNaN(wanted)) continue
    peak = Math.max(peak, Math.abs(wanted))
    const difference = Math.abs(wanted - (actual[i] as number))
    if (Number.isNaN(difference)) return { error: NaN, peak, reason: `value ${i} is not a number` }
    worst = Math.max(worst, difference)
  }
  return { error: peak === 0 ? worst : worst / peak, peak: peak === 0 ? 1 : peak, reason: undefined }
}
