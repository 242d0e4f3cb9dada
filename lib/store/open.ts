import { resolve } from 'node:path'
import type { Binding } from '../../binding.js'
import type { ResolvedConfig } from '../options.js'
import { BertTokenizer, readBertVocabulary, type SymbolVersion } from '../text/index.js'
import { importCached } from './import.js'
import { withPulled } from './sources.js'
import { readVoiceFile, type VoiceFile } from './voice-file.js'

/** A voice's modules on disk. */
export interface VoiceModules {
  readonly version: string
  readonly sampleRate: number
  readonly fftSize: number
  readonly hop: number
  readonly maxTokens: number
  readonly symbols: SymbolVersion
  /** Absolute paths. */
  readonly paths: VoiceFile['modules']
  /** Token ids of a Chinese text, with [CLS] and [SEP]; absent without BERT. */
  readonly bertIds?: (text: string) => Int32Array
}

/** Finds a voice's modules: in an imported folder, or in the cache, importing the user's files when they are new. */
export async function openVoice(addon: Binding, config: ResolvedConfig, signal: AbortSignal): Promise<VoiceModules> {
  if (config.voice !== undefined) {
    const folder = resolve(config.voice)
    return modulesOf(await readVoiceFile(folder), folder)
  }
  const sources = await withPulled(config, config.cacheDir)
  const onNetwork = (network: string): void => config.logger('info', `reading ${network}`)
  const { voice, folder, warnings } = await importCached(sources, config.cacheDir, {
    addon,
    signal,
    onNetwork
  })
  for (const warning of warnings) config.logger('warn', warning)
  return modulesOf(voice, folder)
}

// The vocabulary is read at the first Chinese text.
function tokenizer(path: string): (text: string) => Int32Array {
  let loaded: BertTokenizer | undefined
  return (text) => {
    loaded ??= new BertTokenizer(readBertVocabulary(path))
    return loaded.encodeCharacters(text)
  }
}

function modulesOf(voice: VoiceFile, folder: string): VoiceModules {
  const at = (file: string): string => resolve(folder, file)
  const paths = Object.fromEntries(
    Object.entries(voice.modules).map(([network, file]: [string, string]) => [network, at(file)])
  ) as unknown as VoiceFile['modules']
  const bertIds = paths.bert && voice.vocabulary ? tokenizer(at(voice.vocabulary)) : undefined
  return {
    version: voice.version,
    sampleRate: voice.sampleRate,
    fftSize: voice.fftSize,
    hop: voice.hop,
    maxTokens: voice.maxTokens,
    symbols: voice.version === 'v1' ? 'v1' : 'v2',
    paths,
    ...(bertIds ? { bertIds } : {})
  }
}
