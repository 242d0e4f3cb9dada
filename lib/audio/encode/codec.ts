/** A format's own part of encoding: mono samples in [-1, 1] at the output's rate in, bytes out. */
export interface Codec {
  /**
   * Samples of every `write` but the last, which may be shorter: fixed blocks make the bytes independent of how samples
   * arrive. Without it, any number may be written.
   */
  readonly blockSize?: number
  write(samples: Float32Array): Uint8Array | Promise<Uint8Array>
  /** What is left. Afterwards nothing may be written. */
  end(): Uint8Array | Promise<Uint8Array>
  /** After `end`: what the first bytes should have been, had the length been known. */
  readonly head?: Uint8Array | undefined
  /** Gives memory and processes back; after `end` or instead of it, and more than once. */
  close?(): void
}

/** Opens a codec for `sampleRate`, the output's. */
export type OpenCodec = (sampleRate: number) => Codec | Promise<Codec>
