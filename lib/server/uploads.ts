import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeAudio } from '../audio/index.js'
import { FileError } from '../errors.js'

/** An uploaded recording. */
export interface Upload {
  /** Random; what a request names it by, after `upload:`. */
  readonly id: string
  readonly seconds: number
  readonly sampleRate: number
  /** When it is forgotten, unless it is used meanwhile: milliseconds since 1970. */
  readonly expires: number
}

interface Kept {
  readonly path: string
  readonly bytes: number
  expires: number
}

const LIFETIME_MS = 3_600_000
const MOST_FILES = 64
const MOST_BYTES = 256 * 2 ** 20

/** Recordings that were sent instead of named: kept under random names in a folder of their own, and not for long. */
export class Uploads {
  #folder: Promise<string> | undefined
  readonly #kept = new Map<string, Kept>() // oldest use first

  /**
   * Keeps a recording.
   * @throws {UnsupportedAudioError} when it is not audio of a kind that is decoded.
   */
  async add(bytes: Uint8Array, signal?: AbortSignal): Promise<Upload> {
    const { seconds, sampleRate } = await decodeAudio(bytes, { name: 'the upload', ...(signal && { signal }) })
    const id = randomBytes(16).toString('hex')
    const path = join(await this.#home(), id)
    await writeFile(path, bytes, { mode: 0o600, flag: 'wx' }).catch(async (cause: unknown) => {
      await rm(path, { force: true })
      throw cannotKeep(cause)
    })
    const expires = Date.now() + LIFETIME_MS
    this.#kept.set(id, { path, bytes: bytes.length, expires })
    await this.#forget()
    return { id, seconds, sampleRate, expires }
  }

  /** Where an upload is, or `undefined` when there is none of that id. */
  path(id: string): string | undefined {
    const kept = this.#kept.get(id)
    if (!kept || kept.expires < Date.now()) return undefined
    kept.expires = Date.now() + LIFETIME_MS
    this.#kept.delete(id)
    this.#kept.set(id, kept)
    return kept.path
  }

  async dispose(): Promise<void> {
    this.#kept.clear()
    const folder = await this.#folder?.catch(() => undefined)
    if (folder !== undefined) await rm(folder, { recursive: true, force: true })
  }

  async #home(): Promise<string> {
    this.#folder ??= mkdtemp(join(tmpdir(), 'gpt-sovits-uploads-'))
    try {
      return await this.#folder
    } catch (cause) {
      this.#folder = undefined // a disk with room again is tried again
      throw cannotKeep(cause)
    }
  }

  async #forget(): Promise<void> {
    const now = Date.now()
    let bytes = [...this.#kept.values()].reduce((sum, kept) => sum + kept.bytes, 0)
    for (const [id, kept] of this.#kept) {
      if (kept.expires >= now && this.#kept.size <= MOST_FILES && bytes <= MOST_BYTES) continue
      this.#kept.delete(id)
      bytes -= kept.bytes
      await unlink(kept.path).catch(() => undefined)
    }
  }
}

function cannotKeep(cause: unknown): FileError {
  return new FileError('the upload cannot be kept: the disk is full or read-only', { cause })
}
