import { joinBytes, letters, u16, u32 } from '../../bytes.js'
import type { Codec } from '../../codec.js'
import { OggPages } from '../../ogg.js'
import { encodeSamples } from '../../wav.js'
import { FRAME, OpusPackets } from './libopus.js'

// What the encoder looks ahead, in samples at 48 kHz; a player skips as many.
const PRE_SKIP = 312
// A page each 0.2 s: little to wait for, and 1 % of the bytes.
const PACKETS_A_PAGE = 10

/** Ogg Opus at 48 kHz, whose decoded length is exactly the input's. */
export function openOpus(): Codec {
  const packets = new OpusPackets()
  const pages = new OggPages()
  let waiting: Uint8Array[] = []
  let received = 0
  let encoded = 0
  let begun = false
  const begin = (): Uint8Array[] => {
    if (begun) return []
    begun = true
    return [pages.page([idHeader()], 0), pages.page([commentHeader()], 0)]
  }
  const encode = (samples: Float32Array): void => {
    const frame = new Float32Array(FRAME)
    frame.set(samples)
    waiting.push(packets.encode(encodeSamples(frame)))
    encoded += FRAME
  }
  return {
    blockSize: FRAME,
    write: (samples) => {
      const parts = begin()
      received += samples.length
      // The newest packet waits: the last one of all has to be on the page that ends the stream.
      if (waiting.length > PACKETS_A_PAGE - 1) {
        parts.push(pages.page(waiting, encoded))
        waiting = []
      }
      encode(samples)
      return joinBytes(parts)
    },
    end: () => {
      const parts = begin()
      while (encoded < received + PRE_SKIP) encode(new Float32Array(0))
      parts.push(pages.page(waiting, received + PRE_SKIP, { last: true }))
      return joinBytes(parts)
    },
    close: () => packets.close()
  }
}

function idHeader(): Uint8Array {
  const [version, channels, family] = [1, 1, 0]
  const sampleRateOfInput = 48000
  const gain = u16(0)
  const head = [Uint8Array.of(version, channels), u16(PRE_SKIP), u32(sampleRateOfInput), gain, Uint8Array.of(family)]
  return joinBytes([letters('OpusHead'), ...head])
}

function commentHeader(): Uint8Array {
  const vendor = letters('gpt-sovits')
  return joinBytes([letters('OpusTags'), u32(vendor.length), vendor, u32(0)])
}
