import { copyFile, mkdir, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { Binding } from '../../binding.js'
import { FileError } from '../errors.js'
import { engine } from '../native.js'
import { cacheFolder, fileHash, sweepPartials, writeWhole } from './cache.js'
import type { FillOptions, Source } from './fill.js'
import { checkFit } from './fit.js'
import { withLock } from './lock.js'
import { cachedModule } from './module-cache.js'
import { fillWhole } from './module-file.js'
import { type Networks, type OpenedVoice, openSources, type VoiceSources } from './open-sources.js'
import { recordingFormat } from './recording-format.js'
import { type FileNote, voiceFile, type VoiceFile } from './voice-file.js'
import { noteVoice } from './voice-notes.js'

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
  /** What each network was read from. */
  readonly sources: Readonly<Record<string, string>>
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
  checkFit(opened.networks)
  const out = resolve(folder)
  await mkdir(out, { recursive: true }).catch((cause: unknown) => {
    throw new FileError(`${out} cannot be made: ${(cause as Error).message}`, { cause })
  })
  return withLock(join(out, '.import'), options.signal, () => writeVoice(addon, sources, opened, out, options))
}

async function writeVoice(
  addon: Binding,
  sources: VoiceSources,
  opened: OpenedVoice,
  out: string,
  options: ImportOptions
): Promise<Imported> {
  // Without its description a folder is no voice: an import that is stopped leaves nothing that is half old, half new.
  await rm(join(out, 'voice.json'), { force: true })
  await sweepPartials(out)
  const files: Record<string, FileNote> = {}
  const warnings: string[] = []
  const networks = entriesOf(opened.networks)
  for (const [index, [name, source]] of networks.entries()) {
    options.onNetwork?.(name, index, networks.length)
    const { bytes, sha256, ...filled } = await fillWhole(addon, source, join(out, `${name}.pt`), options)
    files[`${name}.pt`] = { bytes, sha256 }
    warnings.push(...source.inspection.warnings, ...filled.warnings)
  }
  const { bert } = opened.networks
  const vocabulary = bert && (await writeVocabulary(dirname(bert.file), out))
  if (vocabulary !== undefined) files[vocabulary] = await noteOf(join(out, vocabulary))
  const modules = Object.fromEntries(networks.map(([name]) => [name, `${name}.pt`])) as unknown as VoiceFile['modules']
  const voice = { ...describe(opened, modules, vocabulary), files }
  await writeWhole(join(out, 'voice.json'), voiceFile(voice))
  return { folder: out, voice: { format: 1, ...voice }, warnings, sources: filesOf(opened.networks) }
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
  const cache = cacheFolder(cacheDir)
  const opened = await openSources(addon, sources, { ...options, cacheDir })
  checkFit(opened.networks)
  const warnings: string[] = []
  const modules: Record<string, string> = {}
  const keys: Record<string, string> = {}
  const networks = entriesOf(opened.networks)
  for (const [index, [name, source]] of networks.entries()) {
    options.onNetwork?.(name, index, networks.length)
    warnings.push(...source.inspection.warnings)
    const module = await cachedModule(addon, source, cache, options)
    modules[name] = module.path
    keys[name] = module.key
    warnings.push(...module.warnings)
  }
  const { bert } = opened.networks
  const vocabulary = bert && (await vocabularyFile(dirname(bert.file)))
  await noteVoice(cache, sources, opened.version.name, keys)
  const voice = describe(opened, modules as unknown as VoiceFile['modules'], vocabulary)
  return { folder: cache, voice: { format: 1, ...voice }, warnings, sources: filesOf(opened.networks) }
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

function filesOf(networks: Networks): Record<string, string> {
  return Object.fromEntries(entriesOf(networks).map(([name, source]) => [name, source.file]))
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

async function noteOf(path: string): Promise<FileNote> {
  return { bytes: (await stat(path)).size, sha256: await fileHash(path) }
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false
  )
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
