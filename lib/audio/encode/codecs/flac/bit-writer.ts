/** Collects bits, the most significant first. */
export class BitWriter {
  #bytes = new Uint8Array(4096)
  #length = 0
  #pending = 0
  #pendingBits = 0

  /** The lowest `bits` of a value; at most 24 bits. */
  write(value: number, bits: number): void {
    this.#pending = (this.#pending << bits) | (value & ((1 << bits) - 1))
    this.#pendingBits += bits
    while (this.#pendingBits >= 8) {
      this.#pendingBits -= 8
      this.#push(this.#pending >>> this.#pendingBits)
      this.#pending &= (1 << this.#pendingBits) - 1
    }
  }

  /** So many zeros and a one. */
  unary(zeros: number): void {
    for (; zeros >= 16; zeros -= 16) this.write(0, 16)
    this.write(1, zeros + 1)
  }

  /** Fills the last byte with zeros. */
  align(): void {
    if (this.#pendingBits > 0) this.write(0, 8 - this.#pendingBits)
  }

  /** All whole bytes so far. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  #push(byte: number): void {
    if (this.#length === this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#length)
      larger.set(this.#bytes)
      this.#bytes = larger
    }
    this.#bytes[this.#length++] = byte
  }
}
