import type { Binding, Version } from '../../binding.js'
import type { ResolvedConfig } from '../options.js'
import { BertTokenizer, readBertVocabulary } from '../text/index.js'
import type { ReferenceInput } from '../types.js'
import { type LocatedVoice, locateVoice } from './locate.js'
import { versionNamed } from './versions.js'
import type { VoiceFile } from './voice-file.js'

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
  /** The file of each network that a user knows: the checkpoint, else the module. */
  readonly files: Readonly<Record<string, string>>
  /** What was odd about them. */
  readonly warnings: readonly string[]
  /** Recordings that the voice brings along; the first one is the default. */
  readonly references: readonly ReferenceInput[]
}

/** Finds a voice's modules: in an imported folder, or in the cache, importing the user's files when they are new. */
export async function openVoice(addon: Binding, config: ResolvedConfig, signal: AbortSignal): Promise<VoiceModules> {
  return modulesOf(addon, await locateVoice(addon, config, signal))
}

/** What the engine is told of a voice's networks, to load them; those that it has not are empty. */
export function networksOf({ paths, version, sampleRate, fftSize, hop }: VoiceModules) {
  return {
    bert: '',
    speaker: '',
    vocoder: '',
    superSampler: '',
    ...paths,
    version: version.name,
    sampleRate,
    fftSize,
    hop
  }
}

// The vocabulary is read at the first Chinese text.
function tokenizer(path: string): (text: string) => Int32Array {
  let loaded: BertTokenizer | undefined
  return (text) => {
    loaded ??= new BertTokenizer(readBertVocabulary(path))
    return loaded.encodeCharacters(text)
  }
}

function modulesOf(addon: Binding, voice: LocatedVoice): VoiceModules {
  const { modules, vocabulary, references = [], origin } = voice
  const bertIds = modules.bert && vocabulary ? tokenizer(vocabulary) : undefined
  return {
    version: versionNamed(addon, voice.version, modules.s2),
    sampleRate: voice.sampleRate,
    fftSize: voice.fftSize,
    hop: voice.hop,
    maxTokens: voice.maxTokens,
    paths: modules,
    files: { ...modules, ...origin?.files },
    warnings: origin?.warnings ?? [],
    references: references.map(({ audio, text, language }) => ({ audio, text, language })),
    ...(bertIds ? { bertIds } : {})
  }
}
