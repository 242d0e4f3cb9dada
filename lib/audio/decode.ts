import { OptionRangeError, OptionTypeError, ReferenceAudioError, UnsupportedAudioError } from '../errors.js'
import { decodeCompressed } from './compressed/index.js'
import type { DecodedAudio, DecodeTask } from './limits.js'
import { readAudioFile } from './read-file.js'
import { sniff, withoutId3 } from './sniff.js'
import { decodeWav } from './wav/index.js'

export type { DecodedAudio } from './limits.js'

export interface DecodeOptions {
  /** How errors call the audio. Defaults to its path. */
  readonly name?: string
  /** Longest audio that is read, in seconds. Above 0, default 600. */
  readonly maxSeconds?: number
  /** Stops the call; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal
}

const optionNames = ['name', 'maxSeconds', 'signal']
const DEFAULT_MAX_SECONDS = 600

/**
 * Reads WAV, FLAC, MP3, Ogg Vorbis or Opus, from a path or from bytes, into one array of samples a channel. The content
 * decides the format, not the name.
 * @throws {FileError} the file cannot be read, is not a regular file or is larger than 200 MB.
 * @throws {UnsupportedAudioError} not one of these formats, damaged beyond reading, or with a sample rate outside 8 to
 * 192 kHz or more than 8 channels.
 * @throws {ReferenceAudioError} it holds no sound, samples that are not finite, or is longer than `maxSeconds`.
 */
export async function decodeAudio(input: string | Uint8Array, options: DecodeOptions = {}): Promise<DecodedAudio> {
  const { name, maxSeconds, signal } = checkOptions(options)
  signal?.throwIfAborted()
  const file = await readAudioFile(input, name)
  signal?.throwIfAborted()
  return decode({ ...file, maxSeconds, ...(signal ? { signal } : {}) })
}

async function decode(task: DecodeTask): Promise<DecodedAudio> {
  if (task.bytes.length === 0) throw new ReferenceAudioError(`${task.name} is empty: 0 bytes`)
  const audio = { ...task, bytes: withoutId3(task.bytes) }
  const sniffed = sniff(audio.bytes)
  if (sniffed.kind === 'riff' || sniffed.kind === 'w64') return decodeWav(audio, sniffed.kind)
  if (sniffed.kind !== 'unknown') return decodeCompressed(audio, sniffed)
  throw new UnsupportedAudioError(
    `${task.name} is ${sniffed.what}, which is not read; WAV, FLAC, MP3, Ogg Vorbis and Opus are. ` +
      'Convert other audio first, for example with: ffmpeg -i INPUT output.wav'
  )
}

function checkOptions(options: DecodeOptions): DecodeOptions & { maxSeconds: number } {
  for (const key of Object.keys(options)) {
    if (!optionNames.includes(key)) {
      throw new OptionTypeError(`unknown option '${key}' of decodeAudio; known: ${optionNames.join(', ')}`)
    }
  }
  const { maxSeconds = DEFAULT_MAX_SECONDS } = options
  if (typeof maxSeconds !== 'number' || !(maxSeconds > 0)) {
    throw new OptionRangeError(`maxSeconds is ${maxSeconds}; it must be a number above 0`)
  }
  return { ...options, maxSeconds }
}
