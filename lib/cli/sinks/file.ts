import { once } from 'node:events'
import { type AudioEncoder, AudioFileWriter, createEncoder, type SoundFormat } from '../../audio/index.js'
import type { SpeechChunk } from '../../types.js'
import type { Sink } from './sink.js'

/** An audio file. */
export class FileSink implements Sink {
  #file: AudioFileWriter | undefined

  constructor(
    private readonly path: string,
    private readonly format: SoundFormat
  ) {}

  async take({ samples, sampleRate }: SpeechChunk): Promise<void> {
    this.#file ??= await AudioFileWriter.open(this.path, this.format, sampleRate)
    await this.#file.write(samples)
  }

  async finish(): Promise<void> {
    await this.#file?.finish()
  }

  async abandon(): Promise<void> {
    await this.#file?.abandon()
  }
}

/** Standard output, for another program. */
export class StandardOutputSink implements Sink {
  #encoder: AudioEncoder | undefined

  constructor(private readonly format: SoundFormat) {}

  async take({ samples, sampleRate }: SpeechChunk): Promise<void> {
    this.#encoder ??= await createEncoder(this.format, { sampleRate, streaming: true })
    await this.#print(await this.#encoder.write(samples))
  }

  async finish(): Promise<void> {
    if (this.#encoder) await this.#print(await this.#encoder.end())
  }

  async abandon(): Promise<void> {
    this.#encoder?.close()
  }

  async #print(bytes: Uint8Array): Promise<void> {
    if (!process.stdout.write(bytes)) await once(process.stdout, 'drain')
  }
}
