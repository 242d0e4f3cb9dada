import { UnsupportedAudioError } from '../../errors.js'
import type { Bytes } from '../bytes.js'

interface Chunk {
  readonly start: number
  readonly length: number
}

export interface WavChunks {
  readonly format: Chunk
  /** Never beyond the end of the file. */
  readonly data: Chunk
  readonly warnings: readonly string[]
}

interface Layout {
  readonly firstChunk: number
  readonly headerBytes: number
  readonly alignment: number
  /** Bytes of a chunk's content by its header. */
  size(file: Bytes, header: number): number
}

const layouts: Readonly<Record<'riff' | 'w64', Layout>> = {
  riff: { firstChunk: 12, headerBytes: 8, alignment: 2, size: (file, at) => file.u32(at + 4) },
  // A W64 chunk's size counts its own header.
  w64: { firstChunk: 40, headerBytes: 24, alignment: 8, size: (file, at) => file.u64(at + 16) - 24 }
}
// 32-bit sizes that mean "see the ds64 chunk", or "unknown" where there is none.
const NO_SIZE = 0xffffffff
// Real files have a dozen; more is an attempt to keep us busy.
const MOST_CHUNKS = 10_000

/** @throws {UnsupportedAudioError} when there is no format or no data. */
export function findChunks(file: Bytes, container: 'riff' | 'w64', name: string): WavChunks {
  const layout = layouts[container]
  const found = new Map<string, Chunk>()
  let at = layout.firstChunk
  for (let seen = 0; at + layout.headerBytes <= file.length && seen < MOST_CHUNKS; seen++) {
    const id = file.text(at, 4)
    const chunk = { start: at + layout.headerBytes, length: sizeOf(file, layout, at, found) }
    if (chunk.length < 0) break
    if (!found.has(id)) found.set(id, chunk)
    if (id === 'data' && found.has('fmt ')) break
    at = chunk.start + Math.ceil(chunk.length / layout.alignment) * layout.alignment
  }
  const [format, data] = [found.get('fmt '), found.get('data')]
  if (!format) throw new UnsupportedAudioError(`${name} is a WAV file without a format chunk`)
  if (!data) throw new UnsupportedAudioError(`${name} is a WAV file without a data chunk`)
  return { format, ...clampData(file, data, name) }
}

function sizeOf(file: Bytes, layout: Layout, at: number, found: ReadonlyMap<string, Chunk>): number {
  const size = layout.size(file, at)
  if (size !== NO_SIZE || file.text(at, 4) !== 'data') return size
  const ds64 = found.get('ds64')
  return ds64 ? file.u64(ds64.start + 8) : size
}

function clampData(file: Bytes, data: Chunk, name: string): { data: Chunk; warnings: readonly string[] } {
  const left = Math.max(0, file.length - data.start)
  // Streams are written before their length is known: 0 or the largest number stands there.
  const isStream = data.length === NO_SIZE || (data.length === 0 && left > 0 && !isChunk(file, data.start))
  if (isStream) return { data: { start: data.start, length: left }, warnings: [] }
  if (data.length <= left) return { data, warnings: [] }
  const warning = `${name}: the data chunk tells of ${data.length} bytes, the file ends after ${left}`
  return { data: { start: data.start, length: left }, warnings: [warning] }
}

function isChunk(file: Bytes, at: number): boolean {
  return /^[A-Za-z0-9]{2}[A-Za-z0-9 ]{2}$/.test(file.text(at, 4)) && file.u32(at + 4) <= file.length - at - 8
}
