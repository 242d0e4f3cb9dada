const BLOCK = 2048 // samples: some 20 messages a second

/** Hands over what the microphone hears. */
class RecorderProcessor extends AudioWorkletProcessor {
  #block = new Float32Array(BLOCK)
  #filled = 0

  process([[channel]]) {
    for (const sample of channel ?? []) {
      this.#block[this.#filled++] = sample
      if (this.#filled < BLOCK) continue
      this.port.postMessage(this.#block)
      this.#block = new Float32Array(BLOCK)
      this.#filled = 0
    }
    return true
  }
}

registerProcessor('recorder', RecorderProcessor)
