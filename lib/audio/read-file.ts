import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { FileError, OptionTypeError } from '../errors.js'

/** Bytes of an audio file and how errors call it. */
export interface AudioFile {
  readonly name: string
  readonly bytes: Uint8Array
}

const MAX_BYTES = 200 * 2 ** 20

/**
 * Reads an audio file, or copies bytes so that later changes by their owner change nothing.
 * @throws {FileError} when it cannot be read, is not a regular file or is larger than 200 MB.
 */
export async function readAudioFile(input: string | Uint8Array, name?: string): Promise<AudioFile> {
  if (input instanceof Uint8Array) {
    const called = name ?? 'the audio data'
    checkSize(input.byteLength, called)
    // A detached buffer has no bytes and cannot be copied.
    return { name: called, bytes: input.byteLength === 0 ? new Uint8Array(0) : new Uint8Array(input) }
  }
  if (typeof input !== 'string')
    throw new OptionTypeError(`expected a path or a Uint8Array but received ${typeof input}`)
  const called = name ?? input
  try {
    // Without O_NONBLOCK, opening a pipe would wait for its writer.
    const file = await open(input, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    try {
      return { name: called, bytes: await readRegularFile(file, called) }
    } finally {
      await file.close()
    }
  } catch (cause) {
    if (cause instanceof FileError) throw cause
    throw new FileError(`${called} cannot be read: ${(cause as Error).message}`, { cause })
  }
}

async function readRegularFile(file: FileHandle, name: string): Promise<Uint8Array> {
  const stat = await file.stat()
  if (!stat.isFile()) throw new FileError(`${name} is not a regular file`)
  checkSize(stat.size, name)
  const bytes = new Uint8Array(stat.size)
  let filled = 0
  while (filled < bytes.length) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, filled)
    if (bytesRead === 0) break // it became shorter meanwhile
    filled += bytesRead
  }
  return bytes.subarray(0, filled)
}

function checkSize(size: number, name: string): void {
  if (size <= MAX_BYTES) return
  throw new FileError(`${name} is ${Math.ceil(size / 2 ** 20)} MB; at most ${MAX_BYTES / 2 ** 20} MB of audio are read`)
}
