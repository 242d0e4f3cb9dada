import { ReferenceAudioError, UnsupportedAudioError } from '../errors.js'

/** What every decoder reports, whatever the format. */
export interface DecodedAudio {
  /** One array a channel, all of one length, nominally in [-1, 1]. */
  readonly samples: readonly Float32Array[]
  /** Hz. */
  readonly sampleRate: number
  readonly seconds: number
  /** What was wrong with the file without keeping it from being read, such as a data chunk longer than the file. */
  readonly warnings: readonly string[]
}

/** What a decoder is told. */
export interface DecodeTask {
  readonly name: string
  readonly bytes: Uint8Array
  readonly maxSeconds: number
  readonly signal?: AbortSignal
}

const LOWEST_RATE = 8000 // Hz
const HIGHEST_RATE = 192000
const MOST_CHANNELS = 8
// 256 MB as 32-bit floats: ten minutes of 48 kHz stereo fit.
const MOST_SAMPLES = 2 ** 26

/** @throws {UnsupportedAudioError} naming the limits. */
export function checkShape(name: string, sampleRate: number, channels: number): void {
  if (sampleRate < LOWEST_RATE || sampleRate > HIGHEST_RATE) {
    throw new UnsupportedAudioError(
      `${name} has a sample rate of ${sampleRate} Hz; it must be ${LOWEST_RATE} to ${HIGHEST_RATE} Hz`
    )
  }
  if (channels < 1 || channels > MOST_CHANNELS) {
    throw new UnsupportedAudioError(`${name} has ${channels} channels; it must have 1 to ${MOST_CHANNELS}`)
  }
}

/** `atLeast`: the length so far, when the whole one is not known. @throws {ReferenceAudioError} naming the limit. */
export function checkLength(
  task: DecodeTask,
  length: { frames: number; sampleRate: number; channels: number; atLeast?: boolean }
): void {
  const seconds = length.frames / length.sampleRate
  if (seconds <= task.maxSeconds && length.frames * length.channels <= MOST_SAMPLES) return
  const much = length.atLeast ? 'more than ' : ''
  const memory = `${length.channels} channels at ${length.sampleRate} Hz`
  throw new ReferenceAudioError(
    seconds > task.maxSeconds
      ? `${task.name} is ${much}${seconds.toFixed(1)} s long; at most ${task.maxSeconds} s are read`
      : `${task.name} is ${much}${seconds.toFixed(1)} s of ${memory}, which needs more than 256 MB`
  )
}

/** @throws {ReferenceAudioError} for NaN or infinity. */
export function checkFinite(name: string, samples: Float32Array): void {
  for (let i = 0; i < samples.length; i++) {
    if (!Number.isFinite(samples[i])) throw new ReferenceAudioError(`${name} holds samples that are not finite`)
  }
}
