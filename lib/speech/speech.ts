import { writeFile } from 'node:fs/promises'
import {
  type AudioFormat,
  createEncoder,
  encodeWav,
  formatOfFile,
  isWavFormat,
  joinBytes,
  type WavFormat
} from '../audio/index.js'
import { FileError } from '../errors.js'
import type { SpeechChunk } from '../types.js'

/** What a speech is written as: a format, or the samples of a WAV file. */
export type SpeechFormat = AudioFormat | WavFormat

/** A sentence of a finished speech. */
export interface SpokenSentence {
  readonly text: string
  /** Where it begins, in seconds. */
  readonly start: number
  /** Where its sound ends and the pause after it begins, in seconds. */
  readonly end: number
  readonly tokens: Int32Array
  readonly truncated: boolean
  readonly attempts: number
}

/** A finished synthesis. */
export class Speech {
  /** Mono, in [-1, 1]. */
  readonly samples: Float32Array
  /** Hz. */
  readonly sampleRate: number
  /** What `seed` gives these samples again. */
  readonly seed: number
  readonly sentences: readonly SpokenSentence[]
  /** What could not be spoken and was skipped, and sentences that the length limit ended. */
  readonly warnings: readonly string[]

  constructor(chunks: readonly SpeechChunk[], seed: number, pauseSeconds: number) {
    this.seed = seed
    this.sampleRate = chunks[0]?.sampleRate ?? 0
    this.samples = new Float32Array(chunks.reduce((sum, chunk) => sum + chunk.samples.length, 0))
    const sentences: SpokenSentence[] = []
    const warnings: string[] = []
    let at = 0
    for (const chunk of chunks) {
      this.samples.set(chunk.samples, at)
      const start = at / this.sampleRate
      at += chunk.samples.length
      const { text, tokens, truncated, attempts } = chunk
      if (text !== '')
        sentences.push({ text, tokens, truncated, attempts, start, end: at / this.sampleRate - pauseSeconds })
      warnings.push(...chunk.warnings)
      if (truncated) warnings.push(`a sentence was cut off at the length limit: ${text}`)
    }
    this.sentences = sentences
    this.warnings = warnings
  }

  /** Length in seconds, pauses included. */
  get duration(): number {
    return this.sampleRate === 0 ? 0 : this.samples.length / this.sampleRate
  }

  /**
   * The samples as a file of a format; `'pcm16'` (default), `'pcm24'` and `'float32'` are WAV with such samples.
   * @throws {OptionRangeError} for a format that there is not.
   * @throws {MissingProgramError} for AAC, when there is no ffmpeg.
   */
  async toBuffer(format: SpeechFormat = 'pcm16'): Promise<Uint8Array> {
    if (isWavFormat(format)) return encodeWav(this.samples, this.sampleRate, { format })
    const encoder = await createEncoder(format, { sampleRate: this.sampleRate, streaming: false })
    try {
      return joinBytes([await encoder.write(this.samples), await encoder.end()])
    } finally {
      encoder.close()
    }
  }

  /**
   * Writes a file in the format of its extension, or in the one that is given.
   * @throws {OptionRangeError} for an extension that names no format.
   * @throws {FileError} when it cannot be written.
   */
  async toFile(path: string, format: SpeechFormat = formatOfFile(path)): Promise<void> {
    const bytes = await this.toBuffer(format)
    try {
      await writeFile(path, bytes)
    } catch (cause) {
      throw new FileError(`${path} cannot be written: ${(cause as Error).message}`, { cause })
    }
  }
}
