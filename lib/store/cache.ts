import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { FileError } from '../errors.js'
import { cacheDirectory } from '../native-paths.js'
import { isAlive } from './process-alive.js'

/** The folder given, else `GSV_CACHE_DIR`, else the platform's cache folder. */
export function cacheFolder(given?: string): string {
  return given ?? cacheDirectory()
}

/** SHA-256 of a file; kept in the cache by path, size and time, since hashing a large file takes seconds. */
export async function contentHash(file: string, cache: string, signal?: AbortSignal): Promise<string> {
  const { size, mtimeMs, ino } = await stat(file).catch((cause: unknown) => {
    throw new FileError(`${file} cannot be read: ${(cause as Error).message}`, { cause })
  })
  const identity = createHash('sha256').update([file, size, mtimeMs, ino].join('\n')).digest('hex')
  const note = join(cache, 'hashes', identity)
  const known = await readFile(note, 'utf8').catch(() => '')
  if (/^[0-9a-f]{64}$/.test(known)) return known
  const hash = createHash('sha256')
  for await (const part of createReadStream(file, { highWaterMark: 1 << 20, ...(signal ? { signal } : {}) })) {
    hash.update(part as Buffer)
  }
  const digest = hash.digest('hex')
  await writeWhole(note, digest)
  return digest
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
  return join(dirname(path), `.${basename(path)}.${process.pid}.${randomBytes(4).toString('hex')}`)
}

/** Removes the half files that processes of this machine left in a folder when they were killed. */
export async function sweepPartials(folder: string, of = ''): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const pid = /^\.(.+)\.(\d+)\.[0-9a-f]{8}$/.exec(name)
    if (!pid?.[1]?.startsWith(of) || isAlive(Number(pid[2]))) continue
    await rm(join(folder, name), { recursive: true, force: true })
  }
}
