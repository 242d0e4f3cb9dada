const BAR = 3 // CSS pixels, the gap after it included
const GAP = 1
const PEAK_SECONDS = 0.01
// What is not spoken yet has room too, so that the picture does not jump with each sentence.
const LEAST_SECONDS = 4
// A quiet voice fills the picture too, silence does not.
const LEAST_PEAK = 0.1

/** Draws how loud a speech is, and how far it was heard. */
export class Waveform {
  #canvas
  #peaks = []
  #seconds = 0
  #loudest = LEAST_PEAK

  constructor(canvas) {
    this.#canvas = canvas
    new ResizeObserver(() => this.draw(this.position)).observe(canvas)
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.draw(this.position))
  }

  position = 0

  reset() {
    this.#peaks = []
    this.#seconds = 0
    this.#loudest = LEAST_PEAK
    this.draw(0)
  }

  add(samples, sampleRate) {
    const step = Math.round(sampleRate * PEAK_SECONDS)
    for (let at = 0; at < samples.length; at += step) {
      let peak = 0
      for (let i = at; i < Math.min(at + step, samples.length); i++) peak = Math.max(peak, Math.abs(samples[i]))
      this.#peaks.push(peak)
      this.#loudest = Math.max(this.#loudest, peak)
    }
    this.#seconds += samples.length / sampleRate
    this.#canvas.setAttribute('aria-label', `Waveform of ${this.#seconds.toFixed(1)} seconds`)
    this.draw(this.position)
  }

  /** Seconds at a place of the picture, from 0 at its left to 1. */
  secondsAt(share) {
    return Math.min(this.#seconds, share * this.#shown)
  }

  get #shown() {
    return Math.max(LEAST_SECONDS, this.#seconds)
  }

  draw(position) {
    this.position = position
    const { clientWidth: width, clientHeight: height } = this.#canvas
    const scale = devicePixelRatio || 1
    this.#canvas.width = width * scale
    this.#canvas.height = height * scale
    const context = this.#canvas.getContext('2d')
    context.scale(scale, scale)
    const style = getComputedStyle(this.#canvas)
    const [heard, waiting] = ['--accent', '--wave'].map((name) => style.getPropertyValue(name))
    const bars = Math.floor(width / BAR)
    for (let bar = 0; bar < bars; bar++) {
      const peak = this.#peakOf(bar / bars, (bar + 1) / bars)
      if (peak === undefined) break
      const tall = Math.max(2, (peak / this.#loudest) * (height - 16))
      context.fillStyle = (bar / bars) * this.#shown < position ? heard : waiting
      context.fillRect(bar * BAR, (height - tall) / 2, BAR - GAP, tall)
    }
  }

  #peakOf(from, to) {
    const all = this.#shown / PEAK_SECONDS
    const part = this.#peaks.slice(Math.floor(from * all), Math.max(Math.floor(from * all) + 1, Math.floor(to * all)))
    return part.length === 0 ? undefined : Math.max(...part)
  }
}
