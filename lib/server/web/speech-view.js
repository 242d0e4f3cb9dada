import { Player } from './player.js'
import { wavFile } from './wav.js'
import { Waveform } from './waveform.js'

const find = (id) => document.getElementById(id)

function clock(seconds) {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`
}

/** The speech: heard, drawn and listed while it comes. */
export class SpeechView {
  #player = new Player()
  #waveform = new Waveform(find('waveform'))
  #sentences = [] // { index, start, button }
  #parts = []
  #sampleRate = 0
  #current

  constructor() {
    this.#player.addEventListener('change', () => this.#showPlaying())
    find('play').addEventListener('click', () => (this.#player.isPlaying ? this.#player.pause() : this.#player.play()))
    find('position').addEventListener('input', ({ target }) => this.#player.play(Number(target.value)))
    find('waveform').addEventListener('click', ({ offsetX, target }) => {
      if (this.#parts.length > 0) this.#player.play(this.#waveform.secondsAt(offsetX / target.clientWidth))
    })
    this.#tick()
  }

  async begin() {
    await this.#player.begin()
    this.#waveform.reset()
    this.#sentences = []
    this.#parts = []
    this.#current = undefined
    find('sentences').replaceChildren()
    URL.revokeObjectURL(find('download').href)
    find('download').hidden = true
    this.#showPlaying()
    find('controls').hidden = true
  }

  /** Sentences so far. */
  get count() {
    return this.#sentences.length
  }

  /** A sentence, or the next part of one. */
  add({ samples, sampleRate, index, text, start }) {
    this.#parts.push(samples)
    this.#sampleRate = sampleRate
    this.#player.add(samples, sampleRate)
    this.#waveform.add(samples, sampleRate)
    if (text !== '' && this.#sentences.at(-1)?.index !== index) this.#list({ index, text, start })
    find('position').max = this.#player.duration
    find('controls').hidden = false
  }

  /** No more comes. */
  complete() {
    this.#player.complete()
    if (this.#parts.length === 0) return
    const file = wavFile(this.#parts, this.#sampleRate)
    find('download').href = URL.createObjectURL(file)
    find('download').hidden = false
  }

  silence() {
    if (this.#player.isPlaying) this.#player.pause()
  }

  #list({ index, text, start }) {
    const button = document.createElement('button')
    button.type = 'button'
    button.textContent = text
    button.addEventListener('click', () => this.#player.play(start))
    const item = document.createElement('li')
    item.append(button)
    find('sentences').append(item)
    this.#sentences.push({ index, start, button })
  }

  #showPlaying() {
    find('play').textContent = this.#player.isPlaying ? 'Pause' : 'Play'
  }

  #tick() {
    const { position, duration, isPlaying } = this.#player
    if (position !== this.#waveform.position) this.#waveform.draw(position)
    find('clock').textContent = `${clock(position)} / ${clock(duration)}`
    if (document.activeElement !== find('position') || isPlaying) find('position').value = position
    const current = isPlaying ? this.#sentences.findLast(({ start }) => start <= position) : undefined
    if (current !== this.#current) {
      this.#current?.button.removeAttribute('aria-current')
      current?.button.setAttribute('aria-current', 'true')
      this.#current = current
    }
    requestAnimationFrame(() => this.#tick())
  }
}
