import { type FileHandle, open } from 'node:fs/promises'
import { FileError } from '../../errors.js'
import { type SpokenSentence, subtitleFormatOfFile, SubtitleWriter, Timeline } from '../../speech/index.js'
import type { SpeechChunk } from '../../types.js'
import type { Sink } from './sink.js'

/** A subtitle file, written sentence by sentence. */
export class SubtitleSink implements Sink {
  readonly #writer: SubtitleWriter
  readonly #timeline: Timeline
  #file: FileHandle | undefined

  constructor(
    private readonly path: string,
    pauseSeconds: number
  ) {
    this.#writer = new SubtitleWriter(subtitleFormatOfFile(path))
    this.#timeline = new Timeline(pauseSeconds)
  }

  async take(chunk: SpeechChunk): Promise<void> {
    await this.#add(this.#timeline.add(chunk))
  }

  async finish(): Promise<void> {
    await this.#add(this.#timeline.end())
    await this.#write(this.#writer.end())
    await this.abandon()
  }

  async abandon(): Promise<void> {
    await this.#file?.close()
    this.#file = undefined
  }

  async #add(sentence: SpokenSentence | undefined): Promise<void> {
    if (sentence) await this.#write(this.#writer.add(sentence))
  }

  async #write(text: string): Promise<void> {
    try {
      this.#file ??= await open(this.path, 'w')
      await this.#file.writeFile(text)
    } catch (cause) {
      throw new FileError(`${this.path} cannot be written: ${(cause as Error).message}`, { cause })
    }
  }
}
