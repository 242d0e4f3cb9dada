import { OptionRangeError, OptionTypeError } from '../../errors.js'
import { joinBytes, letters, totalLength, u16, u32 } from './bytes.js'

/** How samples are written: 16-bit or 24-bit integers, or 32-bit floating point. */
export type WavFormat = 'pcm16' | 'pcm24' | 'float32'

interface Layout {
  readonly tag: number
  readonly bytes: number
  readonly write: (view: DataView, at: number, sample: number) => void
}

const PCM = 1
const IEEE_FLOAT = 3
// Of a stream whose length is not known yet, and of data too long for the field.
const UNKNOWN_LENGTH = 0xffffffff

const layouts: Readonly<Record<WavFormat, Layout>> = {
  pcm16: { tag: PCM, bytes: 2, write: (view, at, sample) => view.setInt16(at, integer(sample, 32768), true) },
  pcm24: { tag: PCM, bytes: 3, write: writeInt24 },
  float32: { tag: IEEE_FLOAT, bytes: 4, write: (view, at, sample) => view.setFloat32(at, sample, true) }
}

/** Truncates toward zero as upstream does; +1.0 becomes the largest integer, where upstream's wraps to the smallest. */
function integer(sample: number, scale: number): number {
  return Math.max(-scale, Math.min(scale - 1, Math.trunc(sample * scale)))
}

function writeInt24(view: DataView, at: number, sample: number): void {
  const value = integer(sample, 8388608)
  view.setUint16(at, value & 0xffff, true)
  view.setInt8(at + 2, value >> 16)
}

/**
 * A WAV file of mono samples in [-1, 1].
 * @throws {OptionTypeError | OptionRangeError} for a wrong format or sample rate.
 */
export function encodeWav(samples: Float32Array, sampleRate: number, options: { format?: WavFormat } = {}): Uint8Array {
  const format = options.format ?? 'pcm16'
  const header = wavHeader(sampleRate, { format, samples: samples.length })
  const body = encodeSamples(samples, format)
  const file = new Uint8Array(header.length + body.length + (body.length % 2))
  file.set(header)
  file.set(body, header.length)
  return file
}

/** Samples in [-1, 1] as a WAV file's data, without a header. */
export function encodeSamples(samples: Float32Array, format: WavFormat = 'pcm16'): Uint8Array {
  const { bytes, write } = layoutOf(format)
  const data = new Uint8Array(samples.length * bytes)
  const view = new DataView(data.buffer)
  for (let i = 0; i < samples.length; i++) write(view, i * bytes, samples[i] as number)
  return data
}

/**
 * The header of a mono WAV file; the samples follow it. Without `samples`, the length says "unknown", as players of
 * streams expect.
 * @throws {OptionTypeError | OptionRangeError} for a wrong format or sample rate.
 */
export function wavHeader(sampleRate: number, options: { format?: WavFormat; samples?: number } = {}): Uint8Array {
  if (!Number.isInteger(sampleRate) || sampleRate < 1 || sampleRate > 0xffffffff) {
    throw new OptionRangeError(`sampleRate is ${sampleRate}; it must be a positive integer`)
  }
  const { tag, bytes } = layoutOf(options.format ?? 'pcm16')
  const dataBytes = options.samples === undefined ? UNKNOWN_LENGTH : options.samples * bytes
  // Players want the number of samples beside any format other than PCM.
  const fact = tag === PCM ? [] : [letters('fact'), u32(4), u32(options.samples ?? UNKNOWN_LENGTH)]
  const extension = tag === PCM ? [] : [u16(0)]
  const fmt = [u16(tag), u16(1), u32(sampleRate), u32(sampleRate * bytes), u16(bytes), u16(bytes * 8), ...extension]
  const chunks = [
    letters('WAVE'),
    letters('fmt '),
    u32(totalLength(fmt)),
    ...fmt,
    ...fact,
    letters('data'),
    u32(dataBytes)
  ]
  return joinBytes([letters('RIFF'), u32(totalLength(chunks) + dataBytes + (dataBytes % 2)), ...chunks])
}

export const wavFormats = Object.keys(layouts) as readonly WavFormat[]

export function isWavFormat(format: string): format is WavFormat {
  return Object.hasOwn(layouts, format)
}

function layoutOf(format: WavFormat): Layout {
  const layout = isWavFormat(format) ? layouts[format] : undefined
  if (!layout) throw new OptionTypeError(`format is '${String(format)}'; it can be ${wavFormats.join(', ')}`)
  return layout
}
