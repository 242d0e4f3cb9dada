import { joinBytes, letters } from './bytes.js'

/** Of every stream: the same speech gives the same bytes. */
export const STREAM_SERIAL = 0x67737631

const FIRST = 2
const LAST = 4
const SEGMENT = 255
const MOST_SEGMENTS = 255
const POLYNOMIAL = 0x04c11db7

const checksums = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24
  for (let i = 0; i < 8; i++) crc = crc & 0x80000000 ? (crc << 1) ^ POLYNOMIAL : crc << 1
  return crc
})

/** Lays packets into the pages of one logical Ogg stream. */
export class OggPages {
  #sequence = 0

  /**
   * One page of whole packets. `position` is the number of samples that a decoder has after it.
   * Together the packets have at most 255 segments of 255 bytes.
   */
  page(packets: readonly Uint8Array[], position: number, options: { last?: boolean } = {}): Uint8Array {
    const lacing = packets.flatMap(({ length }) => [
      ...new Array<number>(Math.floor(length / SEGMENT)).fill(SEGMENT),
      length % SEGMENT
    ])
    if (lacing.length > MOST_SEGMENTS) throw new RangeError(`${lacing.length} segments do not fit an Ogg page`)
    const head = new Uint8Array(27)
    const view = new DataView(head.buffer)
    head.set(letters('OggS'))
    head[5] = (this.#sequence === 0 ? FIRST : 0) | (options.last ? LAST : 0)
    view.setBigInt64(6, BigInt(position), true)
    view.setUint32(14, STREAM_SERIAL, true)
    view.setUint32(18, this.#sequence++, true)
    head[26] = lacing.length
    const page = joinBytes([head, Uint8Array.from(lacing), ...packets])
    new DataView(page.buffer).setUint32(22, checksum(page), true)
    return page
  }
}

function checksum(page: Uint8Array): number {
  let crc = 0
  for (const byte of page) crc = (crc << 8) ^ (checksums[(crc >>> 24) ^ byte] as number)
  return crc >>> 0
}
