// A little time for the next part to be handed over without a gap; more of it for a voice that was too slow once.
const AHEAD = 0.08 // s
const LONGEST_AHEAD = 2 // s

/** Plays sentences one after another while more of them come, and again from anywhere. */
export class Player extends EventTarget {
  #context
  #parts = [] // { start, buffer }
  #sources = new Set()
  /** Time of the context at which the speech's beginning was, or would have been, heard. */
  #origin = 0
  #scheduled = 0
  #playing = false
  #stoppedAt = 0
  #complete = false
  #ahead = AHEAD
  duration = 0

  get isPlaying() {
    return this.#playing
  }

  /** Seconds from the beginning of the speech. */
  get position() {
    if (!this.#playing) return this.#stoppedAt
    return Math.max(0, Math.min(this.duration, this.#context.currentTime - this.#origin))
  }

  /** Call it in a click: browsers let no page make sound unasked. */
  async begin() {
    this.reset()
    this.#context ??= new AudioContext()
    await this.#context.resume()
    this.#playing = true
    this.#origin = this.#context.currentTime + this.#ahead
  }

  add(samples, sampleRate) {
    if (samples.length === 0) return
    const buffer = this.#context.createBuffer(1, samples.length, sampleRate)
    buffer.copyToChannel(samples, 0)
    this.#parts.push({ start: this.duration, buffer })
    this.duration += buffer.duration
    if (this.#playing) this.#schedule()
  }

  /** No more comes. */
  complete() {
    this.#complete = true
    if (this.#playing && this.#sources.size === 0) this.#end()
  }

  pause() {
    this.#stoppedAt = this.position
    this.#playing = false
    this.#silence()
    this.#changed()
  }

  async play(from = this.#stoppedAt) {
    await this.#context.resume()
    this.#silence()
    const start = from >= this.duration && this.#complete ? 0 : from
    this.#playing = true
    this.#origin = this.#context.currentTime + this.#ahead - start
    this.#scheduled = this.#parts.findIndex((part) => part.start + part.buffer.duration > start)
    if (this.#scheduled < 0) this.#scheduled = this.#parts.length
    this.#schedule(start)
    this.#changed()
  }

  reset() {
    this.#silence()
    this.#parts = []
    this.#scheduled = 0
    this.#stoppedAt = 0
    this.#playing = false
    this.#complete = false
    this.#ahead = AHEAD
    this.duration = 0
  }

  #schedule(from = 0) {
    for (; this.#scheduled < this.#parts.length; this.#scheduled++) {
      const { start, buffer } = this.#parts[this.#scheduled]
      const skipped = Math.max(0, from - start)
      const now = this.#context.currentTime
      // It came after its time: everything later is heard later.
      if (this.#origin + start + skipped < now) {
        this.#ahead = Math.min(LONGEST_AHEAD, 2 * this.#ahead)
        this.#origin = now + this.#ahead - start - skipped
      }
      this.#start(buffer, this.#origin + start + skipped, skipped)
    }
  }

  #start(buffer, when, offset) {
    const source = this.#context.createBufferSource()
    source.buffer = buffer
    source.connect(this.#context.destination)
    source.start(when, offset)
    this.#sources.add(source)
    source.addEventListener('ended', () => {
      // One that was silenced is no longer there.
      if (this.#sources.delete(source) && this.#sources.size === 0 && this.#complete) this.#end()
    })
  }

  #silence() {
    const sources = [...this.#sources]
    this.#sources.clear()
    for (const source of sources) source.stop()
  }

  #end() {
    this.#playing = false
    this.#stoppedAt = this.duration
    this.#changed()
  }

  #changed() {
    this.dispatchEvent(new Event('change'))
  }
}
