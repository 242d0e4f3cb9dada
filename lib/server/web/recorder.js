import { wavFile } from './wav.js'

/** Records the microphone as WAV, which every server of this kind reads; browsers' own recordings are WebM. */
export class Recorder extends EventTarget {
  #stream
  #context
  #parts = []
  #samples = 0

  get seconds() {
    return this.#context ? this.#samples / this.#context.sampleRate : 0
  }

  /** Asks for the microphone. Sends `level` events, with `detail` from 0 to 1. */
  async start() {
    // Clean-up meant for calls changes the voice.
    const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 1 }
    this.#stream = await navigator.mediaDevices.getUserMedia({ audio })
    this.#context = new AudioContext()
    await this.#context.audioWorklet.addModule(new URL('recorder-worklet.js', import.meta.url))
    const node = new AudioWorkletNode(this.#context, 'recorder', { numberOfOutputs: 0 })
    node.port.onmessage = ({ data }) => this.#take(data)
    this.#context.createMediaStreamSource(this.#stream).connect(node)
  }

  /** Resolves with the file. */
  async stop() {
    const { sampleRate } = this.#context
    for (const track of this.#stream.getTracks()) track.stop()
    await this.#context.close()
    return wavFile(this.#parts, sampleRate)
  }

  #take(samples) {
    this.#parts.push(samples)
    this.#samples += samples.length
    const detail = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)
    this.dispatchEvent(new CustomEvent('level', { detail }))
  }
}
