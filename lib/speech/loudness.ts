const FRAME_SECONDS = 0.01
// Below the loudest frame by this much, what begins or ends a sentence is breath or noise. In power: 35 dB.
const QUIET = 10 ** -3.5

/** Where in a sentence its sound begins and ends, told from the power of each 10 ms. */
export class Loudness {
  readonly #frame: number
  readonly #powers: number[] = []
  #sum = 0
  #count = 0

  constructor(sampleRate: number) {
    this.#frame = Math.max(1, Math.round(sampleRate * FRAME_SECONDS))
  }

  add(samples: Float32Array): void {
    for (const sample of samples) {
      this.#sum += sample * sample
      if (++this.#count < this.#frame) continue
      this.#powers.push(this.#sum)
      this.#sum = 0
      this.#count = 0
    }
  }

  /** Seconds from the sentence's beginning, in a sentence of so many seconds; all of it when nothing stands out. */
  span(seconds: number): readonly [number, number] {
    const loudest = this.#powers.reduce((most, power) => Math.max(most, power), 0)
    const isLoud = (power: number): boolean => loudest > 0 && power > loudest * QUIET
    const first = this.#powers.findIndex(isLoud)
    const last = this.#powers.findLastIndex(isLoud)
    if (first < 0) return [0, seconds]
    const end = Math.min(seconds, (last + 1) * FRAME_SECONDS)
    return [Math.min(end, first * FRAME_SECONDS), end]
  }
}
