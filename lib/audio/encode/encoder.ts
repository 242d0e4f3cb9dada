import { OptionRangeError } from '../../errors.js'
import { openCodecEncoder } from './codec-encoder.js'
import { audioFormat, type SoundFormat } from './formats.js'
import { openThreadEncoder } from './threads/thread-encoder.js'

export interface EncoderOptions {
  /** Hz of the samples that are written. 8000 to 192000. */
  readonly sampleRate: number
  /** Bytes come as they are made, with lengths that say "unknown". Otherwise a format whose head holds its length comes whole, from `end`. */
  readonly streaming: boolean
  /** Hz of the output. Defaults to `sampleRate`, or the nearest above that the format has; Opus is always 48000. */
  readonly outputSampleRate?: number
}

/** Options whose every field is known. */
export type ResolvedEncoderOptions = Required<EncoderOptions>

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

/**
 * Opens an encoder. The compressed formats are encoded by a thread of their own, which all encoders of the process share.
 * @throws {OptionRangeError} for a format or a sample rate that there is not.
 * @throws {MissingProgramError} for AAC, when there is no ffmpeg.
 */
export async function createEncoder(format: SoundFormat, options: EncoderOptions): Promise<AudioEncoder> {
  const { sampleRates, isCostly } = audioFormat(format)
  checkRate('sampleRate', options.sampleRate)
  const resolved = { ...options, outputSampleRate: outputRate(format, options, sampleRates) }
  return isCostly ? openThreadEncoder(format, resolved) : openCodecEncoder(format, resolved)
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
