import { OptionRangeError } from '../../errors.js'
import { joinBytes } from './bytes.js'
import type { Codec } from './codec.js'
import { audioFormat, type SoundFormat } from './formats.js'
import { Resampler } from './resampler.js'

export interface EncoderOptions {
  /** Hz of the samples that are written. 8000 to 192000. */
  readonly sampleRate: number
  /** Bytes come as they are made, with lengths that say "unknown". Otherwise a format whose head holds its length comes whole, from `end`. */
  readonly streaming: boolean
  /** Hz of the output. Defaults to `sampleRate`, or the nearest above that the format has; Opus is always 48000. */
  readonly outputSampleRate?: number
}

/** Turns samples into a format's bytes. How the samples are split over calls does not change the bytes. */
export interface AudioEncoder {
  readonly mimeType: string
  /** Hz of the output. */
  readonly sampleRate: number
  /** Mono samples in [-1, 1]; resolves with the bytes that are ready, perhaps none. One call at a time. */
  write(samples: Float32Array): Promise<Uint8Array>
  /** Ends the output and resolves with what is left of it. */
  end(): Promise<Uint8Array>
  /** After `end`, when streaming: what a file that can be written at any place should begin with instead. */
  readonly head: Uint8Array | undefined
  /** Gives everything back without ending the output; harmless after `end`. */
  close(): void
}

const LOWEST_RATE = 8000
const HIGHEST_RATE = 192000
// Between slices the event loop gets its turn: encoding one takes a few milliseconds, whatever the format.
const SLICE_SECONDS = 0.1

/**
 * Opens an encoder.
 * @throws {OptionRangeError} for a format or a sample rate that there is not.
 * @throws {MissingProgramError} for AAC, when there is no ffmpeg.
 */
export async function createEncoder(format: SoundFormat, options: EncoderOptions): Promise<AudioEncoder> {
  const { mimeType, sampleRates, open } = audioFormat(format)
  checkRate('sampleRate', options.sampleRate)
  const sampleRate = outputRate(format, options, sampleRates)
  const codec = await open(sampleRate)
  return new CodecEncoder(codec, mimeType, { ...options, outputSampleRate: sampleRate })
}

function outputRate(format: SoundFormat, options: EncoderOptions, rates: readonly number[] | undefined): number {
  const { sampleRate, outputSampleRate: wanted } = options
  if (wanted !== undefined) checkRate('outputSampleRate', wanted)
  if (!rates) return wanted ?? sampleRate
  if (wanted === undefined) return rates.find((rate) => rate >= sampleRate) ?? (rates.at(-1) as number)
  if (rates.includes(wanted)) return wanted
  throw new OptionRangeError(`outputSampleRate is ${wanted}; ${format} has ${rates.join(', ')}`)
}

function checkRate(name: string, rate: number): void {
  if (Number.isInteger(rate) && rate >= LOWEST_RATE && rate <= HIGHEST_RATE) return
  throw new OptionRangeError(`${name} is ${rate}; it must be an integer from ${LOWEST_RATE} to ${HIGHEST_RATE} Hz`)
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
    options: Required<EncoderOptions>
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
