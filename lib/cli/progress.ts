const WIDTH = 30

/** One line on standard error that is drawn over; silent when that is no terminal. */
export class ProgressLine {
  readonly #shown: boolean
  #drawn = false

  constructor(quiet: boolean) {
    this.#shown = !quiet && process.stderr.isTTY === true
  }

  /** `share` is 0 to 1; without it only the label is shown. */
  update(label: string, share?: number): void {
    if (!this.#shown) return
    const filled = Math.round(Math.min(1, share ?? 0) * WIDTH)
    const bar = share === undefined ? '' : ` [${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}]`
    process.stderr.write(`\r\x1b[K${label}${bar}`)
    this.#drawn = true
  }

  end(): void {
    if (this.#drawn) process.stderr.write('\r\x1b[K')
    this.#drawn = false
  }
}
