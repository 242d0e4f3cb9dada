import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { CorruptModelError, FileError } from '../errors.js'
import type { LanguageMode } from '../text/index.js'

const FORMAT = 1

/** A recording that comes with a voice. */
export interface VoiceReference {
  /** Relative to the voice's folder. */
  readonly audio: string
  readonly text: string
  readonly language: LanguageMode
  /** Whom one hears. */
  readonly speaker?: string
}

export interface FileNote {
  readonly bytes: number
  readonly sha256: string
}

/** `voice.json`: what an imported voice is. Files are relative to its folder. */
export interface VoiceFile {
  readonly format: number
  readonly version: string
  /** Hz. */
  readonly sampleRate: number
  /** Window and step of the reference spectrogram in samples. */
  readonly fftSize: number
  readonly hop: number
  /** Longest sentence in semantic tokens. */
  readonly maxTokens: number
  readonly modules: {
    readonly s1: string
    readonly s2: string
    readonly hubert: string
    readonly bert?: string
    readonly speaker?: string
    readonly vocoder?: string
    readonly superSampler?: string
  }
  /** One token a line, for BERT. */
  readonly vocabulary?: string
  /** Size and hash of the files in the folder, by name; a folder where they differ is not whole. */
  readonly files?: Readonly<Record<string, FileNote>>
  /** Names of the files it was made from. */
  readonly sources: Readonly<Record<string, string>>
  /** The first one is spoken with when none is given. */
  readonly references?: readonly VoiceReference[]
}

/** `voice.json` of a voice that is kept as its makers wrote it, and imported when it is first opened. */
export interface CheckpointVoiceFile {
  readonly format: number
  /** Files and folders, relative to the voice's folder. */
  readonly checkpoints: {
    readonly gpt: string
    readonly sovits: string
    readonly hubert: string
    readonly bert?: string
    readonly speaker?: string
    readonly vocoder?: string
    readonly superSampler?: string
    readonly base?: string
  }
  readonly references?: readonly VoiceReference[]
}

export function voiceFile(voice: Omit<VoiceFile, 'format'>): string {
  return `${JSON.stringify({ format: FORMAT, ...voice }, null, 2)}\n`
}

/**
 * Reads the `voice.json` of a folder.
 * @throws {FileError} when there is none. @throws {CorruptModelError} when it is not one of this release.
 */
export async function readVoiceFile(folder: string): Promise<VoiceFile> {
  const voice = await readVoiceDescription(folder)
  if ('modules' in voice) return voice
  throw new CorruptModelError(`${folder} holds checkpoints, not an imported voice; import them first`)
}

/** As `readVoiceFile`, and takes folders of checkpoints too. */
export async function readVoiceDescription(folder: string): Promise<VoiceFile | CheckpointVoiceFile> {
  const path = join(resolve(folder), 'voice.json')
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new FileError(`${path} cannot be read; make it with \`gpt-sovits import\``, { cause })
  })
  const voice = parse(text)
  if (isVoice(voice) || isCheckpointVoice(voice)) return voice
  throw new CorruptModelError(`${path} is not the description of a voice; import the voice again`)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function isVoice(value: unknown): value is VoiceFile {
  if (typeof value !== 'object' || value === null) return false
  const { format, version, sampleRate, fftSize, hop, maxTokens, modules } = value as Record<string, unknown>
  const named = (modules ?? {}) as Record<string, unknown>
  return (
    format === FORMAT &&
    typeof version === 'string' &&
    [sampleRate, fftSize, hop, maxTokens].every(Number.isInteger) &&
    [named['s1'], named['s2'], named['hubert'], ...Object.values(named)].every((file) => typeof file === 'string') &&
    hasReferences(value)
  )
}

function isCheckpointVoice(value: unknown): value is CheckpointVoiceFile {
  if (typeof value !== 'object' || value === null) return false
  const { format, checkpoints } = value as Record<string, unknown>
  const named = (checkpoints ?? {}) as Record<string, unknown>
  const files = [named['gpt'], named['sovits'], named['hubert'], ...Object.values(named)]
  return format === FORMAT && files.every((file) => typeof file === 'string') && hasReferences(value)
}

function hasReferences(value: object): boolean {
  const { references = [] } = value as { references?: unknown }
  const isReference = (item: unknown): boolean => {
    const { audio, text, language } = (item ?? {}) as Record<string, unknown>
    return [audio, text, language].every((field) => typeof field === 'string')
  }
  return Array.isArray(references) && references.every(isReference)
}
