import { readdir, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { archivesFolder, isWhole } from './archive.js'
import { cacheFolder, fileHash, lockPath, referencesFolder, sweepPartials } from './cache.js'
import { withLock } from './lock.js'
import { modulesFolder, notePath, readNote } from './module-cache.js'
import { pulledFolder, readPulled } from './pulled.js'
import { readVoiceFile } from './voice-file.js'
import { readVoiceNotes, type VoiceNote, voicesFolder } from './voice-notes.js'

/** Something that the cache keeps. */
export interface StoredItem {
  readonly kind: 'module' | 'archive' | 'pulled'
  /** What `remove` and `verify` take; the beginning of a module's or an archive's is enough. */
  readonly name: string
  readonly what: string
  readonly bytes: number
  readonly lastUsed: Date
  /** Voices that use it. */
  readonly voices: readonly string[]
  /** Its note is there and the sizes agree. */
  readonly sound: boolean
  readonly path: string
}

export interface Inventory {
  readonly folder: string
  readonly items: readonly StoredItem[]
  readonly bytes: number
}

/** What the cache keeps of models; dictionaries and LibTorch are not among it. */
export async function listStored(cacheDir?: string): Promise<Inventory> {
  const cache = cacheFolder(cacheDir)
  const items = [...(await modules(cache)), ...(await archives(cache)), ...(await pulled(cache))]
  return { folder: cache, items, bytes: items.reduce((sum, { bytes }) => sum + bytes, 0) }
}

async function modules(cache: string): Promise<StoredItem[]> {
  const folder = modulesFolder(cache)
  const voices = await readVoiceNotes(cache)
  const items: StoredItem[] = []
  for (const file of (await namesIn(folder)).filter((name) => name.endsWith('.pt'))) {
    const [path, name] = [join(folder, file), file.slice(0, -'.pt'.length)]
    const note = await readNote(path)
    const users = voices.filter((voice) => voice.modules.includes(name)).map((voice) => voice.name)
    items.push({
      kind: 'module',
      name,
      what: note ? `${note.what} (${note.source})` : 'not whole; it is made again when it is needed',
      bytes: (await stat(path)).size,
      lastUsed: await timeOf(note ? notePath(path) : path),
      voices: [...new Set(users)].sort(),
      sound: note !== undefined,
      path
    })
  }
  return items
}

async function archives(cache: string): Promise<StoredItem[]> {
  const items: StoredItem[] = []
  for (const name of await namesIn(archivesFolder(cache))) {
    const path = join(archivesFolder(cache), name)
    const voice = await readVoiceFile(path).catch(() => undefined)
    items.push({
      kind: 'archive',
      name,
      what: voice ? `an unpacked ${voice.version} voice (${voice.sources['s2'] ?? '?'})` : 'not whole',
      bytes: await sizeOf(path),
      lastUsed: await timeOf(voice ? join(path, 'voice.json') : path),
      voices: [],
      sound: await isWhole(path),
      path
    })
  }
  return items
}

async function pulled(cache: string): Promise<StoredItem[]> {
  const root = pulledFolder('', cache)
  const voices = (await namesIn(join(root, 'voices'))).map((name) => join('voices', name))
  const items: StoredItem[] = []
  for (const name of [...(await namesIn(root)).filter((each) => each !== 'voices'), ...voices]) {
    const path = join(root, name)
    const note = await readPulled(path)
    items.push({
      kind: 'pulled',
      name: basename(name),
      what: note ? note.files.map((file) => file.name).join(', ') : 'not whole; pull it again',
      bytes: await sizeOf(path),
      lastUsed: await timeOf(path),
      voices: [],
      sound: note !== undefined,
      path
    })
  }
  return items
}

/** What to remove or verify: names or beginnings of them, everything, or what no voice uses. */
export type Selection = readonly string[] | 'all' | 'unused'

/** The items that are meant. A voice's name means the modules that it alone uses. */
export function select(items: readonly StoredItem[], selection: Selection): StoredItem[] {
  if (selection === 'all') return [...items]
  if (selection === 'unused')
    return items.filter((item) => !item.sound || (item.kind === 'module' && item.voices.length === 0))
  const isMeant = (item: StoredItem, name: string): boolean =>
    item.name === name ||
    (name.length >= 6 && item.kind !== 'pulled' && item.name.startsWith(name)) ||
    (item.voices.length === 1 && item.voices[0] === name)
  return items.filter((item) => selection.some((name) => isMeant(item, name)))
}

/**
 * Removes items, and what is left behind of processes that were killed. Files that a running program has open stay
 * usable to it.
 */
export async function removeStored(selection: Selection, cacheDir?: string): Promise<StoredItem[]> {
  const cache = cacheFolder(cacheDir)
  if (selection === 'unused') await forgetVoices(cache, isLost)
  const chosen = select((await listStored(cache)).items, selection)
  if (selection !== 'unused') {
    await forgetVoices(cache, (voice) => selection === 'all' || selection.includes(voice.name))
  }
  for (const item of chosen) {
    await withLock(lockPath(cache, lockKey(item)), undefined, async () => {
      // The note first: a module without one counts for nothing.
      if (item.kind === 'module') await rm(notePath(item.path), { force: true })
      await rm(item.path, { recursive: true, force: true })
    })
  }
  for (const folder of [modulesFolder(cache), archivesFolder(cache), voicesFolder(cache)]) await sweepPartials(folder)
  if (selection !== 'unused' && selection !== 'all') return chosen
  await rm(join(cache, 'hashes'), { recursive: true, force: true })
  // They come from people's voices: with everything they go too.
  if (selection === 'all') await rm(referencesFolder(cache), { recursive: true, force: true })
  return chosen
}

// As the writers name their locks.
function lockKey({ kind, name, path }: StoredItem): string {
  return kind === 'pulled' ? path : name
}

async function forgetVoices(cache: string, isMeant: (voice: VoiceNote) => boolean | Promise<boolean>): Promise<void> {
  for (const voice of await readVoiceNotes(cache)) {
    if (await isMeant(voice)) await rm(voice.path, { force: true })
  }
}

async function isLost({ gpt, sovits }: VoiceNote): Promise<boolean> {
  return !(await exists(gpt)) || !(await exists(sovits))
}

export interface Verified {
  readonly item: StoredItem
  /** Absent when everything is as it was written. */
  readonly fault?: string
}

/** Reads every byte again. What is damaged loses its note, so that it is made or fetched again. */
export async function verifyStored(
  selection: Selection,
  cacheDir?: string,
  options: { signal?: AbortSignal; onItem?: (item: StoredItem, index: number, count: number) => void } = {}
): Promise<Verified[]> {
  const chosen = select((await listStored(cacheDir)).items, selection)
  const verified: Verified[] = []
  for (const [index, item] of chosen.entries()) {
    options.onItem?.(item, index, chosen.length)
    const fault = item.sound ? await faultOf(item, options.signal) : item.what
    if (fault !== undefined) await rm(noteOf(item), { force: true })
    verified.push({ item, ...(fault === undefined ? {} : { fault }) })
  }
  return verified
}

function noteOf({ kind, path }: StoredItem): string {
  if (kind === 'module') return notePath(path)
  return join(path, kind === 'archive' ? 'voice.json' : 'pulled.json')
}

async function faultOf({ kind, path }: StoredItem, signal: AbortSignal | undefined): Promise<string | undefined> {
  for (const [file, sha256] of await expected(kind, path)) {
    if ((await fileHash(file, signal)) !== sha256) return `${basename(file)} is not what was written`
  }
  return undefined
}

async function expected(kind: StoredItem['kind'], path: string): Promise<[string, string][]> {
  if (kind === 'module') return [[path, (await readNote(path))?.sha256 ?? '']]
  if (kind === 'pulled')
    return ((await readPulled(path))?.files ?? []).map(({ name, sha256 }) => [join(path, name), sha256])
  const { files = {} } = await readVoiceFile(path)
  return Object.entries(files).map(([name, { sha256 }]) => [join(path, name), sha256])
}

async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  return names.filter((name) => !name.startsWith('.')).sort()
}

async function sizeOf(folder: string): Promise<number> {
  let bytes = 0
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => [])) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath ?? entry.path, entry.name))).size
  }
  return bytes
}

async function timeOf(path: string): Promise<Date> {
  return (await stat(path)).mtime
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false
  )
}
