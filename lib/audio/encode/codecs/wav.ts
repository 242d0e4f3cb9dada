import type { Codec, OpenCodec } from '../codec.js'
import { joinBytes } from '../bytes.js'
import { encodeSamples, wavHeader, type WavFormat } from '../wav.js'

/** WAV; the head says an unknown length until the end. */
export function openWav(format: WavFormat): OpenCodec {
  return (sampleRate) => new WavCodec(format, sampleRate)
}

class WavCodec implements Codec {
  #count = 0
  #begun = false

  constructor(
    private readonly format: WavFormat,
    private readonly sampleRate: number
  ) {}

  get head(): Uint8Array {
    return wavHeader(this.sampleRate, { format: this.format, samples: this.#count })
  }

  write(samples: Float32Array): Uint8Array {
    this.#count += samples.length
    return joinBytes([...this.#begin(), encodeSamples(samples, this.format)])
  }

  end(): Uint8Array {
    const head = this.#begin()
    // A chunk of a RIFF file has an even number of bytes.
    const isOdd = this.format === 'pcm24' && this.#count % 2 === 1
    return joinBytes([...head, new Uint8Array(isOdd ? 1 : 0)])
  }

  #begin(): Uint8Array[] {
    if (this.#begun) return []
    this.#begun = true
    return [wavHeader(this.sampleRate, { format: this.format })]
  }
}
