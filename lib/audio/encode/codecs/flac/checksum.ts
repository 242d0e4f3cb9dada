function table(polynomial: number, bits: number): Uint16Array {
  const top = 1 << (bits - 1)
  return Uint16Array.from({ length: 256 }, (_, byte) => {
    let crc = byte << (bits - 8)
    for (let i = 0; i < 8; i++) crc = (crc & top ? (crc << 1) ^ polynomial : crc << 1) & ((1 << bits) - 1)
    return crc
  })
}

const table8 = table(0x07, 8)
const table16 = table(0x8005, 16)

/** Of a frame's header. */
export function crc8(bytes: Uint8Array): number {
  let crc = 0
  for (const byte of bytes) crc = table8[crc ^ byte] as number
  return crc
}

/** Of a whole frame. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0
  for (const byte of bytes) crc = ((crc << 8) & 0xffff) ^ (table16[(crc >> 8) ^ byte] as number)
  return crc
}
