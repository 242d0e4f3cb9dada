import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = resolve(dirname(fileURLToPath(import.meta.url)), '../../fixtures/audio')

export function recording(name: string): string {
  return join(folder, name)
}

export function bytesOf(name: string): Uint8Array {
  return new Uint8Array(readFileSync(recording(name)))
}

export interface WavParts {
  readonly tag?: number
  readonly channels?: number
  readonly rate?: number
  readonly bits?: number
  readonly blockAlign?: number
  /** Appended to the format chunk. */
  readonly extension?: readonly number[]
  /** Chunks between the format and the data. */
  readonly between?: Uint8Array
  readonly data?: Uint8Array
  /** What the data chunk says of its length. */
  readonly dataSize?: number
}

/** A WAV file of any honesty. */
export function wav(parts: WavParts): Uint8Array {
  const { tag = 1, channels = 1, rate = 16000, bits = 16, extension = [], data = new Uint8Array(0) } = parts
  const blockAlign = parts.blockAlign ?? (channels * bits) / 8
  const fmt = [
    ...little(tag, 2),
    ...little(channels, 2),
    ...little(rate, 4),
    ...little(rate * blockAlign, 4),
    ...little(blockAlign, 2),
    ...little(bits, 2),
    ...extension
  ]
  const chunks = [...letters('WAVEfmt '), ...little(fmt.length, 4), ...fmt, ...(parts.between ?? [])]
  const head = [...chunks, ...letters('data'), ...little(parts.dataSize ?? data.length, 4)]
  return Uint8Array.from([...letters('RIFF'), ...little(head.length + data.length, 4), ...head, ...data])
}

export function chunk(id: string, content: readonly number[]): Uint8Array {
  return Uint8Array.from([
    ...letters(id),
    ...little(content.length, 4),
    ...content,
    ...new Array(content.length % 2).fill(0)
  ])
}

export function letters(text: string): number[] {
  return Array.from(text, (letter) => letter.charCodeAt(0))
}

export function little(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, index) => Math.floor(value / 256 ** index) & 0xff)
}

export function floatBytes(values: readonly number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer)
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts))
}

/** Signal to noise in dB. */
export function likeness(got: Float32Array, wanted: Float32Array): number {
  let [signal, noise] = [0, 0]
  for (let i = 0; i < wanted.length; i++) {
    signal += (wanted[i] as number) ** 2
    noise += ((wanted[i] as number) - (got[i] ?? 0)) ** 2
  }
  return 10 * Math.log10(signal / noise)
}
