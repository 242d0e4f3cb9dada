import type { Codec } from '../codec.js'
import { joinBytes } from '../bytes.js'
import { encodeSamples, wavHeader } from '../wav.js'

/** 16-bit WAV; the head says an unknown length until the end. */
export function openWav(sampleRate: number): Codec {
  let count = 0
  let begun = false
  const begin = (): Uint8Array[] => (begun ? [] : ((begun = true), [wavHeader(sampleRate)]))
  return {
    write: (samples) => {
      count += samples.length
      return joinBytes([...begin(), encodeSamples(samples)])
    },
    end: () => joinBytes(begin()),
    get head() {
      return wavHeader(sampleRate, { samples: count })
    }
  }
}
