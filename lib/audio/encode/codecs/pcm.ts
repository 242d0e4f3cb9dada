import type { Codec } from '../codec.js'
import { encodeSamples } from '../wav.js'

/** 16-bit little-endian samples. */
export function openPcm(): Codec {
  return { write: (samples) => encodeSamples(samples), end: () => new Uint8Array(0) }
}
