import { createHash } from 'node:crypto'
import { copyFile, mkdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { Binding } from '../../binding.js'
import { FileError, UnsupportedConfigError, WrongModelError } from '../errors.js'
import { engine } from '../native.js'
import { packageRoot } from '../package-root.cjs'
import { cacheFolder, contentHash, partialPath, writeWhole } from './cache.js'
import { fill, type FillOptions, openCheckpoint, openFolder, type Source } from './fill.js'
import { readSpecification } from './specification.js'
import { voiceFile, type VoiceFile } from './voice-file.js'

/** The user's files of a voice. */
export interface VoiceSources {
  readonly gpt: string
  readonly sovits: string
  readonly hubert: string
  readonly bert?: string | undefined
  /** Speaker model of v2Pro and v2ProPlus. */
  readonly speaker?: string | undefined
  /** Vocoder of v3 and v4. */
  readonly vocoder?: string | undefined
  /** What a LoRA in `sovits` was trained on. */
  readonly base?: string | undefined
}

export interface ImportOptions extends FillOptions {
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

interface Opened {
  readonly s1: Source
  readonly s2: Source
  readonly hubert: Source
  readonly bert?: Source
}

/**
 * Turns a voice's checkpoints into TorchScript modules and a `voice.json` in `folder`.
 * @throws {WrongModelError} for a file that is something else, or a pair that does not belong together.
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
  const networks = Object.entries(opened) as [string, Source][]
  for (const [index, [name, source]] of networks.entries()) {
    options.onNetwork?.(name, index, networks.length)
    const filled = await fill(addon, source, join(out, `${name}.pt`), options)
    warnings.push(...filled.warnings)
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
  const opened = await openSources(addon, sources, options)
  const warnings: string[] = []
  const modules: Record<string, string> = {}
  const networks = Object.entries(opened) as [string, Source][]
  for (const [index, [name, source]] of networks.entries()) {
    options.onNetwork?.(name, index, networks.length)
    modules[name] = await cachedModule(addon, source, cache, warnings, options)
  }
  const vocabulary = sources.bert === undefined ? undefined : await vocabularyFile(sources.bert)
  const voice = describe(opened, modules as unknown as VoiceFile['modules'], vocabulary)
  return { folder: cache, voice: { format: 1, ...voice }, warnings }
}

async function openSources(addon: Binding, sources: VoiceSources, options: FillOptions): Promise<Opened> {
  const s1 = await openCheckpoint(addon, 's1', sources.gpt, options)
  const s2 = await openCheckpoint(addon, 's2', sources.sovits, options)
  checkPair(s1, s2)
  const hubert = await openFolder(addon, 'hubert', sources.hubert, options)
  if (sources.bert === undefined) return { s1, s2, hubert }
  return { s1, s2, hubert, bert: await openFolder(addon, 'bert', sources.bert, options) }
}

// The symbol table of a version is the table that both networks were trained with.
function checkPair(s1: Source, s2: Source): void {
  const { version } = s2.inspection
  if (version !== 'v1' && version !== 'v2') {
    throw new UnsupportedConfigError(`${s2.file} is ${s2.inspection.what}; v2 and v1 voices are read by this release`)
  }
  const isOld = (name: string): boolean => name === 'v1'
  if (s1.inspection.version !== '' && isOld(s1.inspection.version) !== isOld(version)) {
    throw new WrongModelError(
      `${s1.file} is ${s1.inspection.what} and ${s2.file} is ${s2.inspection.what}; the two do not belong together`
    )
  }
}

function describe(
  opened: Opened,
  modules: VoiceFile['modules'],
  vocabulary: string | undefined
): Omit<VoiceFile, 'format'> {
  const seconds = number(opened.s1.config, ['data', 'max_sec']) ?? MOST_TOKENS
  return {
    version: opened.s2.inspection.version,
    sampleRate: number(opened.s2.config, ['data', 'sampling_rate']) ?? 32000,
    fftSize: number(opened.s2.config, ['data', 'filter_length']) ?? 2048,
    hop: number(opened.s2.config, ['data', 'hop_length']) ?? 640,
    maxTokens: Math.min(MOST_TOKENS, UNITS_PER_SECOND * seconds),
    modules,
    ...(vocabulary === undefined ? {} : { vocabulary }),
    sources: Object.fromEntries(
      Object.entries(opened).map(([name, source]) => [name, basename((source as Source).file)])
    )
  }
}

function number(config: unknown, path: readonly string[]): number | undefined {
  const value = path.reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], config)
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : undefined
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
