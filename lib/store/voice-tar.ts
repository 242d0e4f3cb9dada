import { createHash, type Hash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { mkdir, open, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Header, Parser, type ReadEntry } from 'tar'
import { CorruptModelError, FileError, UnsupportedFormatError } from '../errors.js'
import type { FileNote } from './voice-file.js'

const BLOCK = 512
const MOST_FILES = 256
const DEEPEST = 4
/** Of a long name or the like; far above what a voice has. */
const LONGEST_META = 65_536

/** A file of an archive that is written. */
export interface TarFile {
  /** In the archive; ASCII. */
  readonly name: string
  readonly content: Uint8Array | { readonly path: string; readonly bytes: number }
}

/** Writes a plain ustar archive; the same files give the same bytes. Returns its size. */
export async function writeTar(path: string, files: readonly TarFile[], signal?: AbortSignal): Promise<number> {
  const out = await open(path, 'wx')
  try {
    for (const { name, content } of files) {
      const size = content instanceof Uint8Array ? content.length : content.bytes
      const header = Buffer.alloc(BLOCK)
      new Header({ path: name, type: 'File', size, mode: 0o644, uid: 0, gid: 0, mtime: new Date(0) }).encode(header)
      await out.write(header)
      let written = 0
      for await (const part of content instanceof Uint8Array ? [content] : createReadStream(content.path, { signal })) {
        await out.write(part as Uint8Array)
        written += (part as Uint8Array).length
      }
      if (written !== size) throw new FileError(`${name} changed while it was packed`)
      await out.write(Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK))
    }
    await out.write(Buffer.alloc(2 * BLOCK))
    await out.sync()
    return (await out.stat()).size
  } finally {
    await out.close()
  }
}

/**
 * Unpacks an archive of plain files into an empty folder. Links, devices, names that leave the folder, names twice and
 * packed archives are refused before a byte of them is written.
 * @returns size and hash of each file by its name with `/`
 * @throws {CorruptModelError} it is damaged or forged. @throws {UnsupportedFormatError} it is compressed.
 */
export async function unpackTar(
  archive: string,
  folder: string,
  signal?: AbortSignal
): Promise<ReadonlyMap<string, FileNote>> {
  await requirePlain(archive)
  const limit = (await stat(archive)).size
  const files = new Map<string, FileNote>()
  const seen = new Set<string>()
  const writing: Promise<void>[] = []
  let fault: Error | undefined
  const refuse = (entry: ReadEntry | undefined, why: string): void => {
    fault ??= new CorruptModelError(`${archive} is no archive of a voice: ${why}`)
    entry?.resume()
  }
  const parser = new Parser({
    strict: true,
    maxMetaEntrySize: LONGEST_META,
    onReadEntry: (entry) => {
      const name = plainName(entry.path)
      if (entry.type === 'Directory' && name !== undefined) return void entry.resume()
      if (fault) return void entry.resume()
      if (entry.type !== 'File' && entry.type !== 'OldFile')
        return refuse(entry, `${show(entry.path)} is a ${entry.type}`)
      if (name === undefined) return refuse(entry, `it names a file ${show(entry.path)}`)
      if (seen.has(name.toLowerCase())) return refuse(entry, `it holds ${show(name)} twice`)
      if (seen.size === MOST_FILES) return refuse(entry, `it holds more than ${MOST_FILES} files`)
      if (entry.size > limit) return refuse(entry, `${show(name)} is longer than the archive`)
      seen.add(name.toLowerCase())
      writing.push(
        writeEntry(entry, join(folder, name)).then(
          (note) => void files.set(name, note),
          (error: unknown) => {
            fault ??= error as Error
            entry.resume()
          }
        )
      )
    }
  })
  parser.on('error', (error) => (fault ??= new CorruptModelError(`${archive} is damaged: ${(error as Error).message}`)))
  const ended = once(parser, 'end').catch(() => undefined)
  for await (const part of createReadStream(archive, { highWaterMark: 1 << 20, ...(signal ? { signal } : {}) })) {
    if (fault) break
    if (!parser.write(part as Buffer)) await Promise.race([once(parser, 'drain').catch(() => undefined), ended])
  }
  if (!fault) {
    parser.end()
    await ended
    await Promise.all(writing)
  }
  if (fault) throw fault
  return files
}

async function writeEntry(entry: ReadEntry, path: string): Promise<FileNote> {
  await mkdir(dirname(path), { recursive: true })
  const out = await open(path, 'wx').catch((cause: unknown) => {
    throw new FileError(`${path} cannot be written: ${(cause as Error).message}`, { cause })
  })
  const hash: Hash = createHash('sha256')
  let bytes = 0
  try {
    for await (const part of entry) {
      hash.update(part)
      await out.write(part).catch((cause: unknown) => {
        throw new FileError(`${path} cannot be written: ${(cause as Error).message}`, { cause })
      })
      bytes += part.length
    }
    if (bytes !== entry.size) throw new CorruptModelError(`${entry.path} ends early`)
    await out.sync()
  } finally {
    await out.close()
  }
  return { bytes, sha256: hash.digest('hex') }
}

// A relative path of ordinary names, or nothing.
function plainName(path: string): string | undefined {
  const parts = path.replace(/^\.\//, '').replace(/\/$/, '').split('/')
  const ordinary = (part: string): boolean =>
    part !== '' && part !== '.' && part !== '..' && part.length <= 100 && !/[\\:\p{Cc}]/u.test(part)
  if (path === './' || path === '.') return ''
  return parts.length <= DEEPEST && parts.every(ordinary) ? parts.join('/') : undefined
}

async function requirePlain(archive: string): Promise<void> {
  const file = await open(archive).catch((cause: unknown) => {
    throw new FileError(`${archive} cannot be read: ${(cause as Error).message}`, { cause })
  })
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(BLOCK), 0, BLOCK, 0)
    if (bytesRead === BLOCK && buffer.toString('latin1', 257, 262) === 'ustar') return
    throw new UnsupportedFormatError(`${archive} is not a tar archive as \`gpt-sovits export\` writes it, uncompressed`)
  } finally {
    await file.close()
  }
}

function show(path: string): string {
  return JSON.stringify(path.slice(0, 100))
}
