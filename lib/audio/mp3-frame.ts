import type { Bytes } from './bytes.js'

const sampleRates = [44100, 48000, 32000]
// kbit/s by bit rate index; index 0 is "free" and 15 is forbidden.
const bitRates: Readonly<Record<string, readonly number[]>> = {
  '1.1': [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  '1.2': [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  '1.3': [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  '2.1': [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  '2.2': [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  '2.3': [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]
}
// Leading silence, padding and tags are skipped this far.
const SEARCHED = 65536
const FRAMES_IN_A_ROW = 3

export interface Mp3Frame {
  readonly bytes: number
  readonly mono: boolean
}

/** The MPEG audio frame whose header is at `at`, if there is one. */
function mp3FrameAt(file: Bytes, at: number): Mp3Frame | undefined {
  const [sync, kind, rates, mode] = [file.u8(at), file.u8(at + 1), file.u8(at + 2), file.u8(at + 3)]
  if (sync !== 0xff || kind < 0xe0) return undefined
  const version = (kind >> 3) & 3 // 0: 2.5, 2: 2, 3: 1
  const layer = 4 - ((kind >> 1) & 3)
  const kilobits = bitRates[`${version === 3 ? 1 : 2}.${layer}`]?.[rates >> 4]
  const baseRate = sampleRates[(rates >> 2) & 3]
  if (version === 1 || !kilobits || !baseRate) return undefined
  const sampleRate = version === 3 ? baseRate : version === 2 ? baseRate / 2 : baseRate / 4
  const padding = (rates >> 1) & 1
  const slots = layer === 1 ? 12 : layer === 3 && version !== 3 ? 72 : 144
  const whole = Math.floor((slots * kilobits * 1000) / sampleRate) + padding
  return { bytes: layer === 1 ? whole * 4 : whole, mono: mode >> 6 === 3 }
}

/** The first of several frames in a row: one alone may be chance. */
export function findMp3Frame(file: Bytes): Mp3Frame | undefined {
  const end = Math.min(file.length, SEARCHED)
  for (let at = 0; at < end; at++) {
    const frame = mp3FrameAt(file, at)
    if (frame && isRowOfFrames(file, at)) return frame
  }
  return undefined
}

function isRowOfFrames(file: Bytes, from: number): boolean {
  let at = from
  for (let seen = 0; seen < FRAMES_IN_A_ROW; seen++) {
    const frame = mp3FrameAt(file, at)
    if (!frame) return false
    at += frame.bytes
    if (at >= file.length) return true
  }
  return true
}
