import { UnsupportedConfigError } from '../errors.js'

/** How a voice's recordings were turned into spectrograms. */
export interface RecordingFormat {
  /** Hz. */
  readonly sampleRate: number
  /** Window in samples, a power of two. */
  readonly fftSize: number
  /** Step in samples. */
  readonly hop: number
}

interface Field {
  readonly name: string
  readonly fallback: number
  readonly fits: (value: number) => boolean
  readonly needed: string
}

const isPowerOfTwo = (value: number): boolean => (value & (value - 1)) === 0

/**
 * Reads `config.data` of a SoVITS file.
 * @throws {UnsupportedConfigError} naming the field.
 */
export function recordingFormat(config: unknown, file: string): RecordingFormat {
  const data = (config as { data?: Record<string, unknown> } | null | undefined)?.data ?? {}
  const read = ({ name, fallback, fits, needed }: Field): number => {
    const value = data[name] ?? fallback
    if (Number.isSafeInteger(value) && (value as number) > 0 && fits(value as number)) return value as number
    throw new UnsupportedConfigError(`${file}: config.data.${name} is ${JSON.stringify(value)}; it must be ${needed}`)
  }
  const sampleRate = read({
    name: 'sampling_rate',
    fallback: 32000,
    fits: (rate) => rate >= 8000 && rate <= 192000,
    needed: '8000 to 192000 Hz'
  })
  const fftSize = read({
    name: 'filter_length',
    fallback: 2048,
    fits: (size) => isPowerOfTwo(size) && size >= 16 && size <= 65536,
    needed: 'a power of two, 16 to 65536'
  })
  const hop = read({
    name: 'hop_length',
    fallback: 640,
    fits: (step) => step <= fftSize,
    needed: `a number of samples up to filter_length (${fftSize})`
  })
  read({
    name: 'win_length',
    fallback: fftSize,
    fits: (size) => size === fftSize,
    needed: `the same as filter_length (${fftSize})`
  })
  return { sampleRate, fftSize, hop }
}
