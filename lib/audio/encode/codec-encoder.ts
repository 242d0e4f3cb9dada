import { OptionRangeError } from '../../errors.js'
import { joinBytes } from './bytes.js'
import type { Codec } from './codec.js'
import type { AudioEncoder, ResolvedEncoderOptions } from './encoder.js'
import { audioFormat, type SoundFormat } from './formats.js'
import { Resampler } from './resampler.js'

// Between slices the event loop gets its turn: encoding one takes a few milliseconds, whatever the format.
const SLICE_SECONDS = 0.1

/** Opens an encoder that works on this thread. */
export async function openCodecEncoder(format: SoundFormat, options: ResolvedEncoderOptions): Promise<AudioEncoder> {
  const { mimeType, open } = audioFormat(format)
  return new CodecEncoder(await open(options.outputSampleRate), mimeType, options)
}

class CodecEncoder implements AudioEncoder {
  readonly sampleRate: number
  readonly #resampler: Resampler | undefined
  readonly #streaming: boolean
  readonly #slice: number
  /** Less than a block of samples that waits for more. */
  #waiting = new Float32Array(0)
  #whole: Uint8Array[] = []
  #head: Uint8Array | undefined
  #ended = false

  constructor(
    private readonly codec: Codec,
    readonly mimeType: string,
    options: ResolvedEncoderOptions
  ) {
    const { sampleRate, outputSampleRate, streaming } = options
    this.sampleRate = outputSampleRate
    this.#streaming = streaming
    this.#slice = Math.ceil(sampleRate * SLICE_SECONDS)
    this.#resampler = sampleRate === outputSampleRate ? undefined : new Resampler(sampleRate, outputSampleRate)
  }

  get head(): Uint8Array | undefined {
    return this.#head
  }

  async write(samples: Float32Array): Promise<Uint8Array> {
    this.#checkOpen()
    const parts: Uint8Array[] = []
    for (let at = 0; at < samples.length; at += this.#slice) {
      if (at > 0) await new Promise((resolve) => setImmediate(resolve))
      this.#checkOpen()
      const slice = samples.subarray(at, at + this.#slice)
      await this.#encode(this.#resampler ? this.#resampler.write(slice) : slice, parts)
    }
    return this.#give(parts)
  }

  async end(): Promise<Uint8Array> {
    this.#checkOpen()
    const parts: Uint8Array[] = []
    if (this.#resampler) await this.#encode(this.#resampler.end(), parts)
    this.#ended = true
    if (this.#waiting.length > 0) parts.push(await this.codec.write(this.#waiting))
    parts.push(await this.codec.end())
    const { head } = this.codec
    this.codec.close?.()
    if (this.#streaming) {
      this.#head = head
      return joinBytes(parts)
    }
    const whole = joinBytes([...this.#whole, ...parts])
    if (head) whole.set(head)
    this.#whole = []
    return whole
  }

  close(): void {
    this.#ended = true
    this.#whole = []
    this.codec.close?.()
  }

  async #encode(samples: Float32Array, parts: Uint8Array[]): Promise<void> {
    const { blockSize } = this.codec
    if (blockSize === undefined) {
      parts.push(await this.codec.write(samples))
      return
    }
    const all = new Float32Array(this.#waiting.length + samples.length)
    all.set(this.#waiting)
    all.set(samples, this.#waiting.length)
    let at = 0
    for (; at + blockSize <= all.length; at += blockSize) {
      parts.push(await this.codec.write(all.subarray(at, at + blockSize)))
    }
    this.#waiting = all.slice(at)
  }

  #give(parts: readonly Uint8Array[]): Uint8Array {
    if (this.#streaming) return joinBytes(parts)
    this.#whole.push(...parts)
    return new Uint8Array(0)
  }

  #checkOpen(): void {
    if (this.#ended) throw new OptionRangeError('this encoder has ended; open another one for more samples')
  }
}
