import {
  AudioFileWriter,
  createEncoder,
  formatOfFile,
  joinBytes,
  openPlayback,
  type SoundFormat
} from '../audio/index.js'
import type { SpeechChunk } from '../types.js'
import { type SubtitleFormat, type SubtitleOptions, SubtitleWriter } from './subtitles.js'
import { type SpokenSentence, type SpokenWord, Timeline } from './timeline.js'

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
    const timeline = new Timeline(pauseSeconds)
    const sentences: (SpokenSentence | undefined)[] = []
    const warnings: string[] = []
    let at = 0
    for (const chunk of chunks) {
      this.samples.set(chunk.samples, at)
      at += chunk.samples.length
      sentences.push(timeline.add(chunk))
      warnings.push(...chunk.warnings)
      if (chunk.truncated) warnings.push(`a sentence was cut off at the length limit: ${chunk.text}`)
    }
    sentences.push(timeline.end())
    this.sentences = sentences.filter((sentence) => sentence !== undefined)
    this.warnings = warnings
  }

  /** Length in seconds, pauses included. */
  get duration(): number {
    return this.sampleRate === 0 ? 0 : this.samples.length / this.sampleRate
  }

  /** When each word is spoken, about: see docs/subtitles.md. */
  get words(): SpokenWord[] {
    return this.sentences.flatMap(({ words }) => words)
  }

  /**
   * The sentences with their times, as SubRip, WebVTT or JSON (`SpeechTimings`).
   * @throws {OptionRangeError} for a format or an option that there is not.
   */
  subtitles(format: SubtitleFormat = 'srt', options: SubtitleOptions = {}): string {
    const writer = new SubtitleWriter(format, options)
    return [...this.sentences.map((sentence) => writer.add(sentence)), writer.end()].join('')
  }

  /**
   * The samples as a file of a format; `'pcm16'` (default), `'pcm24'` and `'float32'` are WAV with such samples.
   * @throws {OptionRangeError} for a format that there is not.
   * @throws {MissingProgramError} for AAC, when there is no ffmpeg.
   */
  async toBuffer(format: SoundFormat = 'pcm16'): Promise<Uint8Array> {
    const encoder = await createEncoder(format, { sampleRate: this.sampleRate, streaming: false })
    try {
      return joinBytes([await encoder.write(this.samples), await encoder.end()])
    } finally {
      encoder.close()
    }
  }

  /**
   * Plays it through the system's player (aplay, afplay, ffplay ...); resolves when it was heard, or stopped by `signal`,
   * whose reason rejects.
   * @throws {MissingProgramError} there is no player; the message says what to install.
   */
  async play({ signal }: { signal?: AbortSignal } = {}): Promise<void> {
    signal?.throwIfAborted()
    const playback = await openPlayback(this.sampleRate)
    const stop = (): void => void playback.stop()
    signal?.addEventListener('abort', stop, { once: true })
    try {
      signal?.throwIfAborted() // while the player was looked for
      await playback.write(this.samples)
      await playback.finish()
      signal?.throwIfAborted()
    } finally {
      signal?.removeEventListener('abort', stop)
      await playback.stop()
    }
  }

  /**
   * Writes a file in the format of its extension, or in the one that is given. It appears under its name when it is whole.
   * @throws {OptionRangeError} for an extension that names no format.
   * @throws {FileError} when it cannot be written.
   */
  async toFile(path: string, format: SoundFormat = formatOfFile(path)): Promise<void> {
    const file = await AudioFileWriter.open(path, format, this.sampleRate)
    try {
      await file.write(this.samples)
      await file.finish()
    } finally {
      await file.abandon()
    }
  }
}
