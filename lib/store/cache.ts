import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { FileError } from '../errors.js'
import { cacheDirectory } from '../native-paths.js'
import { isAlive } from './process-alive.js'

/** The folder given, else `GSV_CACHE_DIR`, else the platform's cache folder. */
export function cacheFolder(given?: string): string {
  return resolve(given ?? cacheDirectory())
}

/** Where prepared references are kept. */
export function referencesFolder(cache: string): string {
  return join(cache, 'references')
}

/**
 * SHA-256 of a file. Hashing a large file takes seconds, so the cache remembers it by everything that changes when the
 * file does: path, size, inode, times of its last change and of its last renaming.
 * @throws {FileError} the file cannot be read.
 */
export async function contentHash(file: string, cache: string, signal?: AbortSignal): Promise<string> {
  const note = await hashNote(file, cache)
  const known = await readFile(note, 'utf8').catch(() => '')
  if (/^[0-9a-f]{64}$/.test(known)) return known
  const digest = await fileHash(file, signal)
  // A file that changed while it was read is remembered under what it was, never under what it is.
  await writeWhole(note, digest, { flush: false }).catch(() => undefined) // a cache that cannot be written is slow, not wrong
  return digest
}

/** SHA-256 of a file, read now. */
export async function fileHash(file: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  for await (const part of createReadStream(file, { highWaterMark: 1 << 20, ...(signal ? { signal } : {}) })) {
    hash.update(part as Buffer)
  }
  return hash.digest('hex')
}

/** Spares the next `contentHash` the reading. */
export async function rememberHash(file: string, cache: string, digest: string): Promise<void> {
  await writeWhole(await hashNote(file, cache), digest, { flush: false }).catch(() => undefined)
}

async function hashNote(file: string, cache: string): Promise<string> {
  const found = await stat(file, { bigint: true }).catch((cause: unknown) => {
    throw new FileError(`${file} cannot be read: ${(cause as Error).message}`, { cause })
  })
  const { size, ino, dev, mtimeNs, ctimeNs } = found
  const identity = [resolve(file), size, ino, dev, mtimeNs, ctimeNs].join('\n')
  return join(cache, 'hashes', createHash('sha256').update(identity).digest('hex'))
}

/** Writes a file so that it is there whole or not at all, whatever happens meanwhile; `flush` also outlives a power cut. */
export async function writeWhole(path: string, content: string | Uint8Array, { flush = true } = {}): Promise<void> {
  const partial = partialPath(path)
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(partial, content, { flush })
    await rename(partial, path)
  } catch (cause) {
    await rm(partial, { force: true }).catch(() => undefined)
    throw new FileError(`${path} cannot be written: ${(cause as Error).message}`, { cause })
  }
}

/** What `withLock` takes for a thing in the cache. */
export function lockPath(cache: string, key: string): string {
  return join(cache, 'locks', createHash('sha256').update(key).digest('hex').slice(0, 32))
}

/** A name beside `path` that no other process uses. */
export function partialPath(path: string): string {
  return join(dirname(path), `.${shortName(path)}.${process.pid}.${randomBytes(4).toString('hex')}`)
}

// File systems take names of 255 bytes.
function shortName(path: string): string {
  const name = Buffer.from(basename(path))
  return name.length <= 200 ? name.toString() : createHash('sha256').update(name).digest('hex')
}

/** Removes the half files that processes of this machine left in a folder when they were killed. */
export async function sweepPartials(folder: string, of = ''): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const pid = /^\.(.+)\.(\d+)\.[0-9a-f]{8}$/.exec(name)
    if (!pid?.[1]?.startsWith(of) || isAlive(Number(pid[2]))) continue
    await rm(join(folder, name), { recursive: true, force: true })
  }
}
