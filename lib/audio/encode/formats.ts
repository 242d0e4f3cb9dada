import { OptionRangeError } from '../../errors.js'
import type { OpenCodec } from './codec.js'
import { openAac } from './codecs/aac.js'
import { openFlac } from './codecs/flac/index.js'
import { openMp3 } from './codecs/mp3.js'
import { openOpus } from './codecs/opus/index.js'
import { openPcm } from './codecs/pcm.js'
import { openVorbis } from './codecs/vorbis.js'
import { openWav } from './codecs/wav.js'
import { isWavFormat, type WavFormat, wavFormats } from './wav.js'

/** A format that audio is written in. `pcm` is 16-bit little-endian samples without a header. */
export type AudioFormat = 'wav' | 'pcm' | 'flac' | 'mp3' | 'ogg' | 'opus' | 'aac'

/** What is to be known of a format. */
export interface AudioFormatInfo {
  readonly mimeType: string
  /** Extensions of its files; the first is the usual one. */
  readonly extensions: readonly string[]
  /** Hz that it can be written at, in rising order; any from 8000 to 192000 unless given. */
  readonly sampleRates?: readonly number[]
  /** @internal Encoding a second of it takes milliseconds: it is not done on the caller's thread. */
  readonly isCostly?: true
  /** @internal */
  readonly open: OpenCodec
}

const mp3Rates = [8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000]
const aacRates = [...mp3Rates, 64000, 88200, 96000]

/** Every format there is. */
export const audioFormats: Readonly<Record<AudioFormat, AudioFormatInfo>> = {
  wav: { mimeType: 'audio/wav', extensions: ['wav'], open: openWav('pcm16') },
  pcm: { mimeType: 'audio/pcm', extensions: ['pcm', 'raw'], open: openPcm },
  flac: { mimeType: 'audio/flac', extensions: ['flac'], isCostly: true, open: openFlac },
  mp3: { mimeType: 'audio/mpeg', extensions: ['mp3'], sampleRates: mp3Rates, isCostly: true, open: openMp3 },
  ogg: { mimeType: 'audio/ogg', extensions: ['ogg', 'oga'], isCostly: true, open: openVorbis },
  opus: { mimeType: 'audio/ogg', extensions: ['opus'], sampleRates: [48000], isCostly: true, open: openOpus },
  aac: { mimeType: 'audio/aac', extensions: ['aac'], sampleRates: aacRates, open: openAac }
}

/** What sound is written as: a format, or WAV with samples of a kind. */
export type SoundFormat = AudioFormat | WavFormat

const names = Object.keys(audioFormats) as AudioFormat[]

export function isAudioFormat(name: string): name is AudioFormat {
  return Object.hasOwn(audioFormats, name)
}

/**
 * The format that a file's extension names.
 * @throws {OptionRangeError} when it names none.
 */
export function formatOfFile(path: string): AudioFormat {
  const extension = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase() ?? ''
  const found = names.find((name) => audioFormats[name].extensions.includes(extension))
  if (found) return found
  const known = names.flatMap((name) => audioFormats[name].extensions).map((each) => `.${each}`)
  throw new OptionRangeError(`${path} names no audio format; its extension can be ${known.join(', ')}`)
}

/**
 * What is to be known of a format; one of WAV's own kinds of samples is WAV.
 * @throws {OptionRangeError} naming the formats there are.
 */
export function audioFormat(format: SoundFormat): AudioFormatInfo {
  if (typeof format === 'string' && isAudioFormat(format)) return audioFormats[format]
  if (typeof format === 'string' && isWavFormat(format)) return { ...audioFormats.wav, open: openWav(format) }
  throw new OptionRangeError(`format is '${String(format)}'; it can be ${names.join(', ')}, ${wavFormats.join(', ')}`)
}
