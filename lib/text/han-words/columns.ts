import type { Tables } from '../tables.js'

/** Numbers of two byte planes, low bytes first. */
export function uint16Column(tables: Tables, section: string): Uint16Array {
  const bytes = tables.bytes(section)
  const count = bytes.length / 2
  const numbers = new Uint16Array(count)
  for (let index = 0; index < count; index++) numbers[index] = bytes[index]! | (bytes[count + index]! << 8)
  return numbers
}

/** Copied, because a view would keep the whole unpacked file in memory. */
export function byteColumn(tables: Tables, section: string): Uint8Array {
  return Uint8Array.from(tables.bytes(section))
}

export function doubleColumn(tables: Tables, section: string): Float64Array {
  return new Float64Array(byteColumn(tables, section).buffer)
}
