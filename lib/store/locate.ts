import { readFile, stat } from 'node:fs/promises'
import { join, posix, resolve } from 'node:path'
import type { Binding } from '../../binding.js'
import { FileError, WrongModelError } from '../errors.js'
import type { GptSovitsConfig } from '../options.js'
import { packageRoot } from '../package-root.cjs'
import { requireFiles, unpackVoice } from './archive.js'
import { importCached, type VoiceSources } from './import.js'
import { requireOurCode } from './module-code.js'
import { findPulledVoice, type PulledVoice } from './pulled.js'
import { withPulled } from './sources.js'
import { withSuperSampler } from './super-sampler.js'
import { readVoiceDescription, type VoiceFile, type VoiceReference } from './voice-file.js'
import { isRecording } from './voice-files.js'

/** Name of the voice that the package carries; a folder of that name is meant by `./demo`. */
export const DEMO_VOICE = 'demo'

/** The fields of a config that say where a voice is. */
export type VoicePlace = Pick<
  GptSovitsConfig,
  | 'voice'
  | 'gpt'
  | 'sovits'
  | 'hubert'
  | 'bert'
  | 'speaker'
  | 'vocoder'
  | 'superSampler'
  | 'base'
  | 'cacheDir'
  | 'logger'
>

/** A voice's description with absolute paths. */
export interface LocatedVoice extends VoiceFile {
  /** Of checkpoints: where each network was read, and what was odd about them. */
  readonly origin?: { readonly files: Readonly<Record<string, string>>; readonly warnings: readonly string[] }
}

/**
 * Finds a voice: an imported folder, an archive, the demo voice, one that was pulled, or checkpoints, which are imported
 * into the cache when they are new.
 * @throws {FileError} it is not there. @throws {CorruptModelError} it is not whole.
 * @throws {UnsafeCheckpointError} its modules hold other programs than ours.
 */
export async function locateVoice(addon: Binding, place: VoicePlace, signal?: AbortSignal): Promise<LocatedVoice> {
  const { voice, cacheDir } = place
  if (voice === undefined) return fromCheckpoints(addon, await withPulled(place, cacheDir), place, signal)
  return withSuperSampler(addon, await locateNamed(addon, voice, place, signal), place, signal)
}

async function locateNamed(
  addon: Binding,
  voice: string,
  place: VoicePlace,
  signal: AbortSignal | undefined
): Promise<LocatedVoice> {
  const { cacheDir } = place
  if (voice === DEMO_VOICE) return fromFolder(addon, join(packageRoot, 'models', 'demo', 'voice'), place, signal)
  const path = resolve(voice)
  const found = await stat(path).catch(() => undefined)
  if (found?.isDirectory()) return fromFolder(addon, path, place, signal)
  if (found) return fromFolder(addon, await unpackVoice(path, cacheDir, signal), place, signal)
  const pulled = await findPulledVoice(voice, cacheDir)
  if (pulled) return fromPulled(addon, pulled, place, signal)
  throw new FileError(`${path} is neither a folder nor an archive of a voice, and no pulled voice has that name`)
}

async function fromFolder(addon: Binding, folder: string, place: VoicePlace, signal: AbortSignal | undefined) {
  const at = (file: string): string => resolve(folder, file)
  const voice = await readVoiceDescription(folder)
  if (!('modules' in voice)) {
    const files = Object.entries(voice.checkpoints).map(([name, file]: [string, string]) => [name, at(file)])
    const located = await fromCheckpoints(addon, Object.fromEntries(files) as VoiceSources, place, signal)
    return withReferences(located, voice.references, folder)
  }
  await requireFiles(folder, voice)
  const modules = Object.fromEntries(
    Object.entries(voice.modules).map(([network, file]: [string, string]) => [network, at(file)])
  ) as unknown as VoiceFile['modules']
  for (const module of Object.values(modules)) await requireOurCode(module)
  const vocabulary = voice.vocabulary === undefined ? {} : { vocabulary: at(voice.vocabulary) }
  return withReferences({ ...voice, modules, ...vocabulary }, voice.references, folder)
}

async function fromCheckpoints(
  addon: Binding,
  sources: VoiceSources,
  { cacheDir, logger }: VoicePlace,
  signal: AbortSignal | undefined
): Promise<LocatedVoice> {
  const onNetwork = (network: string): void => logger?.('info', `reading ${network}`)
  const { voice, warnings, sources: files } = await importCached(sources, cacheDir, { addon, signal, onNetwork })
  for (const warning of warnings) logger?.('warn', warning)
  return { ...voice, origin: { files, warnings } }
}

async function fromPulled(
  addon: Binding,
  { folder, files }: PulledVoice,
  place: VoicePlace,
  signal: AbortSignal | undefined
): Promise<LocatedVoice> {
  const ending = (end: string): string | undefined => files.find((name) => name.toLowerCase().endsWith(end))
  const archive = ending('.tar')
  if (archive) return fromFolder(addon, await unpackVoice(join(folder, archive), place.cacheDir, signal), place, signal)
  const [gpt, sovits] = [ending('.ckpt'), ending('.pth')]
  if (!gpt || !sovits) {
    throw new WrongModelError(`${folder} holds half of a voice; pull its .ckpt and its .pth in one call`)
  }
  const given = { ...place, gpt: join(folder, gpt), sovits: join(folder, sovits) }
  const located = await fromCheckpoints(addon, await withPulled(given, place.cacheDir), place, signal)
  return withReferences(located, await transcribed(folder, files), folder)
}

// A recording counts as a reference when a text of the same name says what is heard.
async function transcribed(folder: string, files: readonly string[]): Promise<VoiceReference[]> {
  const references: VoiceReference[] = []
  for (const audio of files.filter(isRecording)) {
    const stem = audio.slice(0, -posix.extname(audio).length)
    const transcript = files.find((name) => name === `${stem}.txt` || name === `${stem}.lab`)
    if (transcript === undefined) continue
    const text = (await readFile(join(folder, transcript), 'utf8')).trim()
    if (text !== '') references.push({ audio, text, language: 'auto' })
  }
  return references
}

function withReferences(voice: LocatedVoice, references: readonly VoiceReference[] = [], folder: string): LocatedVoice {
  if (references.length === 0) return voice
  return { ...voice, references: references.map((each) => ({ ...each, audio: resolve(folder, each.audio) })) }
}
