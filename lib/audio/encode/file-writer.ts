import { type FileHandle, open, realpath, rename, stat, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { FileError } from '../../errors.js'
import { type AudioEncoder, createEncoder } from './encoder.js'
import type { SoundFormat } from './formats.js'

let opened = 0

/** Writes an audio file as its samples come; it appears under its name when it is whole, with its true length. */
export class AudioFileWriter {
  #at = 0
  #settled = false

  private constructor(
    private readonly path: string,
    /** Where it is written: the path itself when that is a device or a pipe. */
    private readonly place: string,
    private readonly file: FileHandle,
    private readonly encoder: AudioEncoder
  ) {}

  /** `sampleRate` of what will be written. @throws {FileError} naming the file. */
  static async open(path: string, format: SoundFormat, sampleRate: number): Promise<AudioFileWriter> {
    const encoder = await createEncoder(format, { sampleRate, streaming: true })
    try {
      const target = await realpath(path).catch(() => path) // the name stays a link when it is one
      const place = (await isOrdinary(target)) ? besides(target) : target
      return new AudioFileWriter(target, place, await open(place, 'w'), encoder)
    } catch (cause) {
      encoder.close()
      throw cannotWrite(path, cause)
    }
  }

  async write(samples: Float32Array): Promise<void> {
    await this.#append(await this.encoder.write(samples))
  }

  /** Ends the file and gives it its name. */
  async finish(): Promise<void> {
    await this.#append(await this.encoder.end())
    try {
      const { head } = this.encoder
      if (head && this.place !== this.path) await this.file.write(head, 0, head.length, 0)
      await this.file.close()
      if (this.place !== this.path) await rename(this.place, this.path)
      this.#settled = true
    } catch (cause) {
      throw cannotWrite(this.path, cause)
    }
  }

  /** Removes what was written, unless it is finished. */
  async abandon(): Promise<void> {
    if (this.#settled) return
    this.#settled = true
    this.encoder.close()
    await this.file.close().catch(() => undefined)
    if (this.place !== this.path) await unlink(this.place).catch(() => undefined)
  }

  async #append(bytes: Uint8Array): Promise<void> {
    try {
      for (let from = 0; from < bytes.length;) {
        // A pipe has no positions.
        const position = this.place === this.path ? null : this.#at
        const { bytesWritten } = await this.file.write(bytes, from, bytes.length - from, position)
        from += bytesWritten
        this.#at += bytesWritten
      }
    } catch (cause) {
      throw cannotWrite(this.path, cause)
    }
  }
}

async function isOrdinary(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true
    throw error
  }
}

function besides(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}.${opened++}.part`)
}

function cannotWrite(path: string, cause: unknown): FileError {
  return cause instanceof FileError
    ? cause
    : new FileError(`${path} cannot be written: ${(cause as Error).message}`, { cause })
}
