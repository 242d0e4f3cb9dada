import { UnsupportedAudioError } from '../../errors.js'
import type { Bytes } from '../bytes.js'
import { aLaw, muLaw } from './companding.js'

type ReadSample = (view: DataView, at: number) => number

export interface WavFormatChunk {
  readonly sampleRate: number
  readonly channels: number
  readonly sampleBytes: number
  readonly frameBytes: number
  readonly isFloat: boolean
  readonly read: ReadSample
}

const PCM = 1
const IEEE_FLOAT = 3
const EXTENSIBLE = 0xfffe
// What follows the format's number in an extensible format's 128-bit identifier.
const EXTENSIBLE_TAIL = '\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71'

const readers: Readonly<Record<string, ReadSample>> = {
  [`${PCM}.1`]: (view, at) => (view.getUint8(at) - 128) / 128,
  [`${PCM}.2`]: (view, at) => view.getInt16(at, true) / 32768,
  [`${PCM}.3`]: (view, at) => (view.getUint16(at, true) + view.getInt8(at + 2) * 65536) / 8388608,
  [`${PCM}.4`]: (view, at) => view.getInt32(at, true) / 2147483648,
  [`${IEEE_FLOAT}.4`]: (view, at) => view.getFloat32(at, true),
  [`${IEEE_FLOAT}.8`]: (view, at) => view.getFloat64(at, true),
  '6.1': (view, at) => aLaw[view.getUint8(at)] as number,
  '7.1': (view, at) => muLaw[view.getUint8(at)] as number
}
const codecNames: Readonly<Record<number, string>> = {
  0x02: 'Microsoft ADPCM',
  0x11: 'IMA ADPCM',
  0x31: 'GSM',
  0x50: 'MPEG audio',
  0x55: 'MP3',
  0xff: 'AAC',
  0x161: 'Windows Media audio'
}

/** @throws {UnsupportedAudioError} for a codec that is not read, naming it. */
export function readFormat(file: Bytes, chunk: { start: number; length: number }, name: string): WavFormatChunk {
  const at = chunk.start
  if (chunk.length < 16 || at + 16 > file.length) throw new UnsupportedAudioError(`${name} has a damaged format chunk`)
  const codec = codecOf(file, at, name)
  const [channels, sampleRate, bits] = [file.u16(at + 2), file.u32(at + 4), file.u16(at + 14)]
  const sampleBytes = bytesOfSample(channels, bits, file.u16(at + 12))
  const read = readers[`${codec}.${sampleBytes}`]
  if (!read) {
    const called = codec === PCM ? `${bits}-bit PCM` : (codecNames[codec] ?? `codec ${codec} with ${bits} bits`)
    throw new UnsupportedAudioError(
      `${name} is a WAV file of ${called}, which is not read; convert it first, for example with: ` +
        'ffmpeg -i INPUT -c:a pcm_s16le output.wav'
    )
  }
  return { sampleRate, channels, sampleBytes, frameBytes: sampleBytes * channels, isFloat: codec === IEEE_FLOAT, read }
}

function codecOf(file: Bytes, at: number, name: string): number {
  const tag = file.u16(at)
  if (tag !== EXTENSIBLE) return tag
  if (file.text(at + 26, 14) !== EXTENSIBLE_TAIL) {
    throw new UnsupportedAudioError(`${name} is a WAV file of an unknown extensible format`)
  }
  return file.u16(at + 24)
}

/** A frame is divided among its channels: 20 bits may lie in 3 or 4 bytes. Integers fill theirs from the top. */
function bytesOfSample(channels: number, bits: number, frameBytes: number): number {
  const needed = Math.ceil(bits / 8)
  const given = frameBytes / channels
  return Number.isInteger(given) && given >= needed ? given : needed
}
