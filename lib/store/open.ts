import { join, resolve } from 'node:path'
import type { Binding, Version } from '../../binding.js'
import type { ResolvedConfig } from '../options.js'
import { packageRoot } from '../package-root.cjs'
import { BertTokenizer, readBertVocabulary } from '../text/index.js'
import type { ReferenceInput } from '../types.js'
import { importCached, type VoiceSources } from './import.js'
import { withPulled } from './sources.js'
import { versionNamed } from './versions.js'
import { readVoiceDescription, type VoiceFile, type VoiceReference } from './voice-file.js'

/** Name of the voice that the package carries; a folder of that name is meant by `./demo`. */
export const DEMO_VOICE = 'demo'

/** A voice's modules on disk. */
export interface VoiceModules {
  readonly version: Version
  readonly sampleRate: number
  readonly fftSize: number
  readonly hop: number
  readonly maxTokens: number
  /** Absolute paths. */
  readonly paths: VoiceFile['modules']
  /** Token ids of a Chinese text, with [CLS] and [SEP]; absent without BERT. */
  readonly bertIds?: (text: string) => Int32Array
  /** Recordings that the voice brings along; the first one is the default. */
  readonly references: readonly ReferenceInput[]
}

/** Finds a voice's modules: in an imported folder, or in the cache, importing the user's files when they are new. */
export async function openVoice(addon: Binding, config: ResolvedConfig, signal: AbortSignal): Promise<VoiceModules> {
  if (config.voice !== undefined) return openFolder(addon, config.voice, config, signal)
  return openCheckpoints(addon, await withPulled(config, config.cacheDir), config, signal)
}

async function openFolder(addon: Binding, name: string, config: ResolvedConfig, signal: AbortSignal) {
  const folder = name === DEMO_VOICE ? join(packageRoot, 'models', 'demo', 'voice') : resolve(name)
  const voice = await readVoiceDescription(folder)
  if ('modules' in voice) return modulesOf(addon, voice, folder)
  const files = Object.entries(voice.checkpoints).map(([name, file]: [string, string]) => [name, resolve(folder, file)])
  const modules = await openCheckpoints(addon, Object.fromEntries(files) as VoiceSources, config, signal)
  return { ...modules, references: referencesOf(voice.references, folder) }
}

async function openCheckpoints(addon: Binding, sources: VoiceSources, config: ResolvedConfig, signal: AbortSignal) {
  const onNetwork = (network: string): void => config.logger('info', `reading ${network}`)
  const { voice, folder, warnings } = await importCached(sources, config.cacheDir, { addon, signal, onNetwork })
  for (const warning of warnings) config.logger('warn', warning)
  return modulesOf(addon, voice, folder)
}

function referencesOf(references: readonly VoiceReference[] = [], folder: string): readonly ReferenceInput[] {
  return references.map(({ audio, text, language }) => ({ audio: resolve(folder, audio), text, language }))
}

// The vocabulary is read at the first Chinese text.
function tokenizer(path: string): (text: string) => Int32Array {
  let loaded: BertTokenizer | undefined
  return (text) => {
    loaded ??= new BertTokenizer(readBertVocabulary(path))
    return loaded.encodeCharacters(text)
  }
}

function modulesOf(addon: Binding, voice: VoiceFile, folder: string): VoiceModules {
  const at = (file: string): string => resolve(folder, file)
  const paths = Object.fromEntries(
    Object.entries(voice.modules).map(([network, file]: [string, string]) => [network, at(file)])
  ) as unknown as VoiceFile['modules']
  const bertIds = paths.bert && voice.vocabulary ? tokenizer(at(voice.vocabulary)) : undefined
  return {
    version: versionNamed(addon, voice.version, join(folder, 'voice.json')),
    sampleRate: voice.sampleRate,
    fftSize: voice.fftSize,
    hop: voice.hop,
    maxTokens: voice.maxTokens,
    paths,
    references: referencesOf(voice.references, folder),
    ...(bertIds ? { bertIds } : {})
  }
}
