import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { pipeline } from 'node:stream/promises'
import yauzl from 'yauzl'
import { CorruptModelError, FileError } from '../errors.js'
import { partialPath } from './cache.js'

const MOST_BYTES = 2 * 2 ** 30

/** Takes files out of a zip archive by their last names; whatever else it holds is left in it. */
export async function unzip(
  archive: string,
  folder: string,
  members: readonly string[],
  signal: AbortSignal | undefined
): Promise<{ name: string; bytes: number; sha256: string }[]> {
  const zip = await yauzl.openPromise(archive, { lazyEntries: true, autoClose: false }).catch((cause: unknown) => {
    throw new CorruptModelError(`${archive} is not a zip archive: ${(cause as Error).message}`, { cause })
  })
  const files: { name: string; bytes: number; sha256: string }[] = []
  try {
    for await (const entry of zip.eachEntry()) {
      const name = posix.basename(entry.fileName)
      if (!members.includes(name) || files.some((file) => file.name === name)) continue
      if (entry.uncompressedSize > MOST_BYTES) throw new CorruptModelError(`${name} in ${archive} is too large`)
      const sha256 = createHash('sha256')
      const partial = partialPath(join(folder, name))
      try {
        const content = await zip.openReadStreamPromise(entry)
        content.on('data', (part: Buffer) => void sha256.update(part))
        await pipeline(content, createWriteStream(partial, { flush: true }), { signal })
        await rename(partial, join(folder, name))
      } catch (cause) {
        signal?.throwIfAborted()
        throw new FileError(`${join(folder, name)} cannot be written: ${(cause as Error).message}`, { cause })
      } finally {
        await rm(partial, { force: true })
      }
      files.push({ name, bytes: entry.uncompressedSize, sha256: sha256.digest('hex') })
    }
    return files
  } finally {
    zip.close()
  }
}
