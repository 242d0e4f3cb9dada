import type { Codec } from '../codec.js'
import { STREAM_SERIAL } from '../ogg.js'
import { openWasmMedia } from './wasm-media.js'

const vorbis = { mimeType: 'audio/ogg', file: 'ogg', blockSize: 1024 } as const
// About 80 kbit/s for one voice at 32 kHz.
const QUALITY = 5

/** Ogg Vorbis. */
export function openVorbis(sampleRate: number): Promise<Codec> {
  return openWasmMedia(vorbis, sampleRate, { vbrQuality: QUALITY, oggSerialNo: STREAM_SERIAL })
}
