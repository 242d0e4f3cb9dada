import { createHash } from 'node:crypto'
import { mkdir, readFile, stat, utimes } from 'node:fs/promises'
import { endianness } from 'node:os'
import { basename, dirname, join } from 'node:path'
import type { Binding } from '../../binding.js'
import { FileError } from '../errors.js'
import { packageRoot } from '../package-root.cjs'
import { contentHash, lockPath, rememberHash, sweepPartials, writeWhole } from './cache.js'
import type { FillOptions, Source } from './fill.js'
import { withLock } from './lock.js'
import { fillWhole } from './module-file.js'
import { readSpecification } from './specification.js'

/** Changes when modules of an earlier release must not be used; part of every key. */
const MODULE_FORMAT = 2

/** What lies beside each module. Written after it: a module without its note is not trusted. */
export interface ModuleNote {
  readonly format: number
  readonly network: string
  /** What the source is, for people. */
  readonly what: string
  /** Name of the source file. */
  readonly source: string
  readonly bytes: number
  readonly sha256: string
  readonly byteOrder: string
  readonly warnings: readonly string[]
}

export interface CachedModule {
  readonly key: string
  readonly path: string
  readonly warnings: readonly string[]
}

export function modulesFolder(cache: string): string {
  return join(cache, 'modules')
}

/**
 * The TorchScript module of a network, imported once per content of the source, blueprint, config and format: voices
 * with the same HuBERT share one. Processes that need the same one at once make it once.
 * @throws {FileError} the cache cannot be written.
 */
export async function cachedModule(
  addon: Binding,
  source: Source,
  cache: string,
  options: FillOptions
): Promise<CachedModule> {
  const { signal } = options
  const checkpoint = await sourceHash(source, cache, signal)
  const key = `${source.network}-${checkpoint.slice(0, 32)}-${(await blueprintHash(source)).slice(0, 16)}`
  const path = join(modulesFolder(cache), `${key}.pt`)
  const known = await soundNote(path, cache, signal)
  if (known) {
    const now = new Date()
    await utimes(notePath(path), now, now).catch(() => undefined) // the time of its last use
    return { key, path, warnings: known.warnings }
  }
  await mkdir(dirname(path), { recursive: true }).catch((cause: unknown) => {
    throw new FileError(`${dirname(path)} cannot be made; set GSV_CACHE_DIR to a folder that can be written`, { cause })
  })
  return withLock(lockPath(cache, key), signal, async () => {
    const made = (await soundNote(path, cache, signal)) ?? (await make(addon, source, path, cache, options))
    return { key, path, warnings: made.warnings }
  })
}

// A LoRA's module holds what it was trained on as well.
async function sourceHash(source: Source, cache: string, signal: AbortSignal | undefined): Promise<string> {
  const own = await contentHash(source.file, cache, signal)
  if (!source.base) return own
  return createHash('sha256')
    .update(own)
    .update(await sourceHash(source.base, cache, signal))
    .digest('hex')
}

async function make(
  addon: Binding,
  source: Source,
  path: string,
  cache: string,
  options: FillOptions
): Promise<ModuleNote> {
  await sweepPartials(dirname(path), basename(path, '.pt')) // of its note as well
  const { bytes, sha256, warnings } = await fillWhole(addon, source, path, options)
  const { network, file, inspection } = source
  const [what, byteOrder] = [inspection.what, endianness()]
  const note = { format: MODULE_FORMAT, network, what, source: basename(file), bytes, sha256, byteOrder, warnings }
  await writeWhole(notePath(path), `${JSON.stringify(note)}\n`)
  await rememberHash(path, cache, sha256)
  return note
}

export function notePath(module: string): string {
  return module.replace(/\.pt$/, '.json')
}

/** The note of a module, when it is one that this release and machine can use; its content is not looked at. */
export async function readNote(module: string): Promise<ModuleNote | undefined> {
  try {
    const note = JSON.parse(await readFile(notePath(module), 'utf8')) as ModuleNote
    const usable = note.format === MODULE_FORMAT && note.byteOrder === endianness() && Array.isArray(note.warnings)
    return usable && (await stat(module)).size === note.bytes ? note : undefined
  } catch {
    return undefined // absent, half or foreign: it is made again
  }
}

// The hash is remembered as long as nothing touches the file, so this reads it once after a copy or a change.
async function soundNote(module: string, cache: string, signal: AbortSignal | undefined) {
  const note = await readNote(module)
  return note && (await contentHash(module, cache, signal)) === note.sha256 ? note : undefined
}

/** Of what decides a module besides the checkpoint: our format, the blueprint, its specification and the config. */
async function blueprintHash(source: Source): Promise<string> {
  const specification = await readSpecification(source.network)
  const text = await readFile(join(packageRoot, 'models', 'blueprints', 'manifest.json'), 'utf8')
  const manifest = JSON.parse(text) as { torch: string; files: Readonly<Record<string, string>> }
  const blueprint = manifest.files[specification.blueprint]
  return createHash('sha256')
    .update(JSON.stringify([MODULE_FORMAT, manifest.torch, blueprint, specification, source.config]))
    .digest('hex')
}
