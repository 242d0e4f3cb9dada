/** Little-endian numbers and letters, as most containers hold them. */
export function u16(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, (value >> 8) & 0xff)
}

/** A value above 2^32 - 1 becomes that, which stands for "unknown". */
export function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, Math.min(value, 0xffffffff), true)
  return bytes
}

export function letters(id: string): Uint8Array {
  return Uint8Array.from(id, (letter) => letter.charCodeAt(0))
}

export function totalLength(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0)
}

export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(totalLength(parts))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
