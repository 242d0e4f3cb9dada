import { mkdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CorruptModelError, FileError } from '../errors.js'
import { cacheFolder, contentHash, lockPath, partialPath, sweepPartials } from './cache.js'
import { requireRoom } from './download/check.js'
import { withLock } from './lock.js'
import { readVoiceFile, type VoiceFile } from './voice-file.js'
import { unpackTar } from './voice-tar.js'

export function archivesFolder(cache: string): string {
  return join(cache, 'archives')
}

/**
 * The folder of a voice that was exported as one archive, unpacked once per content into the cache.
 * @throws {CorruptModelError} it is damaged or forged. @throws {FileError} it cannot be read, or the cache not written.
 */
export async function unpackVoice(archive: string, cacheDir?: string, signal?: AbortSignal): Promise<string> {
  const cache = cacheFolder(cacheDir)
  const key = (await contentHash(archive, cache, signal)).slice(0, 32)
  const folder = join(archivesFolder(cache), key)
  if (await isWhole(folder)) {
    const now = new Date()
    await utimes(join(folder, 'voice.json'), now, now).catch(() => undefined)
    return folder
  }
  await mkdir(archivesFolder(cache), { recursive: true }).catch((cause: unknown) => {
    throw new FileError(`${archivesFolder(cache)} cannot be made; set GSV_CACHE_DIR to a folder that can be written`, {
      cause
    })
  })
  return withLock(lockPath(cache, key), signal, async () => {
    if (!(await isWhole(folder))) await unpack(archive, folder, signal)
    return folder
  })
}

/** Whether every file that the description lists is there in its size. */
export async function isWhole(folder: string): Promise<boolean> {
  try {
    const voice = await readVoiceFile(folder)
    await requireFiles(folder, voice)
    return voice.files !== undefined
  } catch {
    return false
  }
}

/**
 * Compares a folder with what its description says of it.
 * @throws {CorruptModelError} naming the file that is absent or of another size.
 */
export async function requireFiles(folder: string, { files = {} }: VoiceFile): Promise<void> {
  for (const [name, { bytes }] of Object.entries(files)) {
    const size = await stat(join(folder, name)).then(
      (found) => found.size,
      () => -1
    )
    if (size === bytes) continue
    const found = size < 0 ? 'is missing' : `has ${size} bytes`
    throw new CorruptModelError(`${join(folder, name)} ${found}, ${bytes} were written; import the voice again`)
  }
}

// Into a folder of another name first: under its own it appears whole.
async function unpack(archive: string, folder: string, signal: AbortSignal | undefined): Promise<void> {
  await requireRoom(folder, (await stat(archive)).size)
  await sweepPartials(dirname(folder))
  const partial = partialPath(folder)
  try {
    await mkdir(partial).catch((cause: unknown) => {
      throw new FileError(`${dirname(folder)} cannot be written; set GSV_CACHE_DIR to a folder that can be`, { cause })
    })
    const files = await unpackTar(archive, partial, signal)
    const voice = await readVoiceFile(partial).catch((error: unknown) => {
      throw new CorruptModelError(`${archive} holds no voice.json of a voice`, { cause: error })
    })
    for (const [name, { bytes, sha256 }] of Object.entries(voice.files ?? {})) {
      const found = files.get(name)
      if (found?.bytes === bytes && found.sha256 === sha256) continue
      throw new CorruptModelError(`${archive}: ${name} is not what voice.json says of it`)
    }
    const stray = referencedFiles(voice).find((name) => !Object.hasOwn(voice.files ?? {}, name))
    if (stray !== undefined)
      throw new CorruptModelError(`${archive}: voice.json names ${stray}, which it does not list`)
    await rm(folder, { recursive: true, force: true })
    await rename(partial, folder)
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
}

// Every file that the description names.
function referencedFiles({ modules, vocabulary, references = [] }: VoiceFile): string[] {
  const others = [vocabulary, ...references.map(({ audio }) => audio)]
  return [...Object.values(modules), ...others].flatMap((file) => file ?? [])
}
