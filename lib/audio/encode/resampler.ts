// Zero crossings of the sinc on each side: with the window below, aliases are under -90 dB.
const HALF_WIDTH = 32
// Of the lower Nyquist frequency; what is above it is lost to the filter's slope.
const ROLLOFF = 0.95
const KAISER_BETA = 9

/**
 * Changes the sample rate of a stream by a windowed sinc. Output sample n is at the time of input sample n * from / to:
 * there is no delay. How the samples are split over calls does not change the result.
 */
export class Resampler {
  readonly #up: number
  readonly #down: number
  readonly #reach: number
  readonly #phases = new Map<number, Float32Array>()
  /** Input that later outputs still need; its first sample is number `#first` of the stream. */
  #kept: Float32Array
  #first: number
  #received = 0
  #made = 0

  constructor(from: number, to: number) {
    const divisor = greatestCommonDivisor(from, to)
    this.#up = to / divisor
    this.#down = from / divisor
    this.#reach = Math.ceil(HALF_WIDTH / Math.min(1, to / from) / ROLLOFF)
    // The stream is taken to be silent before it begins.
    this.#kept = new Float32Array(this.#reach)
    this.#first = -this.#reach
  }

  write(samples: Float32Array): Float32Array {
    this.#received += samples.length
    this.#keep(samples)
    // The last output whose right half lies inside what came.
    return this.#make(Math.floor(((this.#received - 1 - this.#reach) * this.#up) / this.#down) + 1)
  }

  /** What is left, as if silence followed: in all, the input's length times to / from, rounded up. */
  end(): Float32Array {
    this.#keep(new Float32Array(this.#reach + 1))
    return this.#make(Math.ceil((this.#received * this.#up) / this.#down))
  }

  #keep(samples: Float32Array): void {
    // Of what was kept, only the left half of the next output's filter.
    const needed = Math.floor((this.#made * this.#down) / this.#up) - this.#reach
    const drop = Math.max(0, Math.min(this.#kept.length, needed - this.#first))
    const joined = new Float32Array(this.#kept.length - drop + samples.length)
    joined.set(this.#kept.subarray(drop))
    joined.set(samples, this.#kept.length - drop)
    this.#kept = joined
    this.#first += drop
  }

  #make(until: number): Float32Array {
    const output = new Float32Array(Math.max(0, until - this.#made))
    for (let i = 0; i < output.length; i++) {
      const position = (this.#made + i) * this.#down
      const centre = Math.floor(position / this.#up)
      const filter = this.#filter(position - centre * this.#up)
      const from = centre - this.#reach - this.#first
      let sum = 0
      for (let tap = 0; tap < filter.length; tap++) sum += (filter[tap] as number) * (this.#kept[from + tap] ?? 0)
      output[i] = sum
    }
    this.#made += output.length
    return output
  }

  /** Weights of the inputs from `reach` before to `reach` + 1 after an output that lies phase / up past an input. */
  #filter(phase: number): Float32Array {
    const known = this.#phases.get(phase)
    if (known) return known
    const filter = new Float32Array(2 * this.#reach + 2)
    const cutoff = Math.min(1, this.#up / this.#down) * ROLLOFF
    for (let tap = 0; tap < filter.length; tap++) {
      const distance = tap - this.#reach - phase / this.#up
      filter[tap] = cutoff * sinc(cutoff * distance) * kaiser((cutoff * distance) / HALF_WIDTH)
    }
    this.#phases.set(phase, filter)
    return filter
  }
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)
}

/** 1 at 0, and 0 from 1 on. */
function kaiser(x: number): number {
  return Math.abs(x) >= 1 ? 0 : bessel(KAISER_BETA * Math.sqrt(1 - x * x)) / bessel(KAISER_BETA)
}

/** The modified Bessel function of order 0, by its series. */
function bessel(x: number): number {
  let [sum, term] = [1, 1]
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2
    sum += term
  }
  return sum
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
