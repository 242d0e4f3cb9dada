import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, extname, resolve } from 'node:path'
import type { Binding } from '../../binding.js'
import { FileError, UnsupportedAudioError } from '../errors.js'
import { engine } from '../native.js'
import { cacheFolder, contentHash, partialPath } from './cache.js'
import { type LocatedVoice, locateVoice, type VoicePlace } from './locate.js'
import { type FileNote, voiceFile, type VoiceReference } from './voice-file.js'
import { isRecording } from './voice-files.js'
import { type TarFile, writeTar } from './voice-tar.js'

export interface ExportOptions {
  readonly addon?: Binding | undefined
  readonly signal?: AbortSignal | undefined
  /** Recordings to bring along, before those that the voice has; `audio` is a path. */
  readonly references?: readonly VoiceReference[] | undefined
}

export interface Exported {
  readonly file: string
  readonly bytes: number
  readonly version: string
  readonly references: number
}

/**
 * Writes a voice as one tar archive: its modules, `voice.json` with their sizes and hashes, and its references. The
 * same voice gives the same bytes. It opens on a machine without a network: `{ voice: 'voice.tar' }`.
 * @throws {FileError} something cannot be read or written. @throws {UnsupportedAudioError} a reference has no audio ending.
 */
export async function exportVoice(place: VoicePlace, file: string, options: ExportOptions = {}): Promise<Exported> {
  const { signal } = options
  const addon = options.addon ?? (await engine())
  const voice = await locateVoice(addon, place, signal)
  const cache = cacheFolder(place.cacheDir)
  const references = [...(options.references ?? []), ...(voice.references ?? [])]
  const contents = new Contents(cache, signal)
  const modules: Record<string, string> = {}
  for (const [network, path] of Object.entries(voice.modules) as [string, string][]) {
    modules[network] = await contents.add(`${network}.pt`, path)
  }
  const described = {
    ...withoutPlaces(voice),
    modules: modules as unknown as LocatedVoice['modules'],
    ...(voice.vocabulary === undefined ? {} : { vocabulary: await contents.add(...named(voice.vocabulary)) }),
    ...(references.length === 0 ? {} : { references: await addReferences(contents, references) }),
    files: contents.notes
  }
  const target = resolve(file)
  const json: TarFile = { name: 'voice.json', content: Buffer.from(voiceFile(described)) }
  const bytes = await writeWholeTar(target, [json, ...contents.files], signal)
  return { file: target, bytes, version: voice.version, references: references.length }
}

function named(vocabulary: string): [string, string] {
  return [extname(vocabulary) === '.json' ? 'tokenizer.json' : 'vocab.txt', vocabulary]
}

function withoutPlaces(voice: LocatedVoice): Omit<LocatedVoice, 'format' | 'modules' | 'files' | 'vocabulary'> {
  const { version, sampleRate, fftSize, hop, maxTokens, sources } = voice
  return { version, sampleRate, fftSize, hop, maxTokens, sources }
}

async function addReferences(contents: Contents, references: readonly VoiceReference[]): Promise<VoiceReference[]> {
  const added: VoiceReference[] = []
  for (const [index, reference] of references.entries()) {
    const { audio } = reference
    if (!isRecording(audio)) throw new UnsupportedAudioError(`${audio} has no audio ending, such as .wav or .flac`)
    added.push({ ...reference, audio: await contents.add(`references/${index}${extname(audio).toLowerCase()}`, audio) })
  }
  return added
}

/** The files of an archive, with their sizes and hashes. */
class Contents {
  readonly files: TarFile[] = []
  readonly notes: Record<string, FileNote> = {}

  constructor(
    private readonly cache: string,
    private readonly signal: AbortSignal | undefined
  ) {}

  async add(name: string, path: string): Promise<string> {
    const sha256 = await contentHash(path, this.cache, this.signal)
    const { size: bytes } = await stat(path)
    this.files.push({ name, content: { path, bytes } })
    this.notes[name] = { bytes, sha256 }
    return name
  }
}

async function writeWholeTar(target: string, files: readonly TarFile[], signal: AbortSignal | undefined) {
  const partial = partialPath(target)
  try {
    await mkdir(dirname(target), { recursive: true })
    const bytes = await writeTar(partial, files, signal)
    await rename(partial, target)
    return bytes
  } catch (cause) {
    signal?.throwIfAborted()
    throw new FileError(`${basename(target)} cannot be written: ${(cause as Error).message}`, { cause })
  } finally {
    await rm(partial, { force: true }).catch(() => undefined)
  }
}
