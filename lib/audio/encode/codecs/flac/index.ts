import { createHash } from 'node:crypto'
import { joinBytes, letters } from '../../bytes.js'
import type { Codec } from '../../codec.js'
import { encodeSamples } from '../../wav.js'
import { BitWriter } from './bit-writer.js'
import { BITS, BLOCK_SIZE, flacFrame } from './frame.js'

const STREAM_INFO_BYTES = 34
const LAST_BLOCK = 0x80
const NO_DIGEST = new Uint8Array(16)

/** 16-bit FLAC with the fixed predictors; the same integers as in a WAV file. */
export function openFlac(sampleRate: number): Codec {
  const digest = createHash('md5')
  let count = 0
  let frames = 0
  let head: Uint8Array | undefined
  const begin = (): Uint8Array[] => (count === 0 ? [streamHead(sampleRate, 0, NO_DIGEST)] : [])
  return {
    blockSize: BLOCK_SIZE,
    write: (samples) => {
      const first = begin()
      const data = encodeSamples(samples)
      digest.update(data)
      count += samples.length
      return joinBytes([...first, flacFrame(new Int16Array(data.buffer), frames++, sampleRate)])
    },
    end: () => {
      const rest = joinBytes(begin())
      head = streamHead(sampleRate, count, digest.digest())
      return rest
    },
    get head() {
      return head
    }
  }
}

/** The mark and STREAMINFO; a count of 0 and a digest of zeros say "unknown". */
function streamHead(sampleRate: number, samples: number, digest: Uint8Array): Uint8Array {
  const info = new BitWriter()
  info.write(BLOCK_SIZE, 16)
  info.write(BLOCK_SIZE, 16)
  info.write(0, 24) // frame sizes, unknown
  info.write(0, 24)
  info.write(sampleRate, 20)
  info.write(0, 3) // one channel
  info.write(BITS - 1, 5)
  info.write(Math.floor(samples / 2 ** 18), 18)
  info.write(samples % 2 ** 18, 18)
  return joinBytes([letters('fLaC'), Uint8Array.of(LAST_BLOCK, 0, 0, STREAM_INFO_BYTES), info.bytes(), digest])
}
