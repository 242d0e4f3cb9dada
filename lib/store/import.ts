import { createHash } from 'node:crypto'
import { copyFile, mkdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { Binding } from '../../binding.js'
import { FileError } from '../errors.js'
import { engine } from '../native.js'
import { packageRoot } from '../package-root.cjs'
import { cacheFolder, contentHash, partialPath, writeWhole } from './cache.js'
import { fill, type FillOptions, type Source } from './fill.js'
import { type Networks, type OpenedVoice, openSources, type VoiceSources } from './open-sources.js'
import { recordingFormat } from './recording-format.js'
import { readSpecification } from './specification.js'
import { voiceFile, type VoiceFile } from './voice-file.js'

export type { VoiceSources }

export interface ImportOptions extends FillOptions {
  /** Where pulled files are looked for. */
  readonly cacheDir?: string | undefined
  readonly addon?: Binding | undefined
  /** Told when each network begins. */
  readonly onNetwork?: (network: string, index: number, count: number) => void
}

export interface Imported {
  readonly folder: string
  readonly voice: VoiceFile
  readonly warnings: readonly string[]
}

// Upstream's limits: 50 units a second of training length, and a loop of at most 1500 steps.
const UNITS_PER_SECOND = 50
const MOST_TOKENS = 1500

/**
 * Turns a voice's checkpoints into TorchScript modules and a `voice.json` in `folder`.
 * @throws {WrongModelError} for a file that is something else, or a pair that does not belong together.
 * @throws {MissingModelError} for a network that the version needs. @throws {MissingBaseError} for a LoRA without one.
 */
export async function importVoice(
  sources: VoiceSources,
  folder: string,
  options: ImportOptions = {}
): Promise<Imported> {
  const addon = options.addon ?? (await engine())
  const opened = await openSources(addon, sources, options)
  const out = resolve(folder)
  await mkdir(out, { recursive: true }).catch((cause: unknown) => {
    throw new FileError(`${out} cannot be made: ${(cause as Error).message}`, { cause })
  })
  const warnings: string[] = []
  const networks = entriesOf(opened.networks)
  for (const [index, [name, source]] of networks.entries()) {
    options.onNetwork?.(name, index, networks.length)
    const filled = await fill(addon, source, join(out, `${name}.pt`), options)
    warnings.push(...source.inspection.warnings, ...filled.warnings)
  }
  const vocabulary = sources.bert === undefined ? undefined : await writeVocabulary(sources.bert, out)
  const modules = Object.fromEntries(networks.map(([name]) => [name, `${name}.pt`])) as unknown as VoiceFile['modules']
  const voice = describe(opened, modules, vocabulary)
  await writeWhole(join(out, 'voice.json'), voiceFile(voice))
  return { folder: out, voice: { format: 1, ...voice }, warnings }
}

/**
 * The same through the cache: each network is imported once, known by its content and its blueprint's.
 * Returns the voice with absolute paths.
 */
export async function importCached(
  sources: VoiceSources,
  cacheDir: string | undefined,
  options: ImportOptions = {}
): Promise<Imported> {
  const addon = options.addon ?? (await engine())
  const cache = resolve(cacheFolder(cacheDir))
  const opened = await openSources(addon, sources, { ...options, cacheDir })
  const warnings: string[] = []
  const modules: Record<string, string> = {}
  const networks = entriesOf(opened.networks)
  for (const [index, [name, source]] of networks.entries()) {
    options.onNetwork?.(name, index, networks.length)
    warnings.push(...source.inspection.warnings)
    modules[name] = await cachedModule(addon, source, cache, warnings, options)
  }
  const vocabulary = sources.bert === undefined ? undefined : await vocabularyFile(sources.bert)
  const voice = describe(opened, modules as unknown as VoiceFile['modules'], vocabulary)
  return { folder: cache, voice: { format: 1, ...voice }, warnings }
}

function describe(
  { version, networks }: OpenedVoice,
  modules: VoiceFile['modules'],
  vocabulary: string | undefined
): Omit<VoiceFile, 'format'> {
  const { s1, s2 } = networks
  return {
    version: version.name,
    ...recordingFormat(s2.config, s2.file),
    maxTokens: maxTokens(s1.config),
    modules,
    ...(vocabulary === undefined ? {} : { vocabulary }),
    sources: Object.fromEntries(entriesOf(networks).map(([name, source]) => [name, basename(source.file)]))
  }
}

function entriesOf(networks: Networks): [string, Source][] {
  return Object.entries(networks) as [string, Source][]
}

// The longest sentence that the first stage was trained with.
function maxTokens(config: unknown): number {
  const seconds = (config as { data?: { max_sec?: unknown } } | null | undefined)?.data?.max_sec
  const longest = typeof seconds === 'number' && seconds > 0 ? Math.floor(UNITS_PER_SECOND * seconds) : MOST_TOKENS
  return Math.max(1, Math.min(MOST_TOKENS, longest))
}

async function cachedModule(
  addon: Binding,
  source: Source,
  cache: string,
  warnings: string[],
  options: FillOptions
): Promise<string> {
  const checkpoint = await contentHash(source.file, cache, options.signal)
  const key = `${source.network}-${checkpoint.slice(0, 32)}-${(await blueprintHash(source)).slice(0, 16)}`
  const path = join(cache, 'modules', `${key}.pt`)
  if (await isFile(path)) return path
  await mkdir(dirname(path), { recursive: true }).catch((cause: unknown) => {
    throw new FileError(`${dirname(path)} cannot be made; set GSV_CACHE_DIR to a folder that can be written`, { cause })
  })
  const partial = partialPath(path)
  try {
    warnings.push(...(await fill(addon, source, partial, options)).warnings)
    await rename(partial, path)
  } finally {
    await rm(partial, { force: true }).catch(() => undefined)
  }
  return path
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false
  )
}

/** Of what decides a module besides the checkpoint: the blueprint, its specification and a folder's config. */
async function blueprintHash(source: Source): Promise<string> {
  const specification = await readSpecification(source.network)
  const manifest = await readFile(join(packageRoot, 'models', 'blueprints', 'manifest.json'), 'utf8')
  return createHash('sha256')
    .update(JSON.stringify([manifest, specification, source.config]))
    .digest('hex')
}

async function vocabularyFile(folder: string): Promise<string> {
  for (const name of ['vocab.txt', 'tokenizer.json']) {
    const path = join(resolve(folder), name)
    if (await isFile(path)) return path
  }
  throw new FileError(`${folder} has neither vocab.txt nor tokenizer.json`)
}

async function writeVocabulary(folder: string, out: string): Promise<string> {
  const source = await vocabularyFile(folder)
  await copyFile(source, join(out, basename(source)))
  return basename(source)
}
