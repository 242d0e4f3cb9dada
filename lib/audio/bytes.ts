/** Little-endian fields of a file; what lies beyond its end reads as zeros. */
export class Bytes {
  readonly #view: DataView

  constructor(readonly all: Uint8Array) {
    this.#view = new DataView(all.buffer, all.byteOffset, all.byteLength)
  }

  get length(): number {
    return this.all.length
  }

  u8(at: number): number {
    return this.all[at] ?? 0
  }

  u16(at: number): number {
    return at + 2 <= this.length ? this.#view.getUint16(at, true) : 0
  }

  u32(at: number): number {
    return at + 4 <= this.length ? this.#view.getUint32(at, true) : 0
  }

  /** Above 2^53 it is rounded; no file is that long. */
  u64(at: number): number {
    return this.u32(at) + this.u32(at + 4) * 2 ** 32
  }

  /** Bytes as Latin letters, to be compared with a format's marks. */
  text(at: number, length: number): string {
    return String.fromCharCode(...this.all.subarray(at, at + length))
  }
}
