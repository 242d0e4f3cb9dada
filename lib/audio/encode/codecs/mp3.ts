import type { Codec } from '../codec.js'
import { openWasmMedia } from './wasm-media.js'

const lame = { mimeType: 'audio/mpeg', file: 'mp3', blockSize: 1152 } as const
// kbit/s: transparent for one voice. Layer III of MPEG-2, which the rates below 32000 Hz are, ends at 160.
const BIT_RATE = 128
const LOW_RATE_BIT_RATE = 64

/** MP3 of constant bit rate. */
export function openMp3(sampleRate: number): Promise<Codec> {
  return openWasmMedia(lame, sampleRate, {
    bitrate: sampleRate < 32000 ? LOW_RATE_BIT_RATE : BIT_RATE,
    outputSampleRate: sampleRate
  })
}
