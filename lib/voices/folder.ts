import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, extname, join, resolve } from 'node:path'
import type { Character, Emotion, VoiceModel } from './character.js'
import { languageOfName } from './language-names.js'

const CONFIG = 'infer_config.json'
// A character's folder is small; one that is not was named by mistake.
const MOST_ENTRIES = 10_000

interface InferConfig {
  readonly gpt_path?: unknown
  readonly sovits_path?: unknown
  readonly emotion_list?: unknown
}

/**
 * Reads a character's folder: `infer_config.json` as the public project's tools write it, an imported voice
 * (`voice.json`), or else the first `.ckpt`, `.pth` and `.wav` found below it. A broken configuration counts as none.
 */
export async function readCharacter(folder: string): Promise<Character> {
  const name = basename(folder)
  const config = await readConfig(join(folder, CONFIG))
  const found = await firstFiles(folder)
  const model = await modelOf(folder, config, found)
  const emotions = emotionsOf(folder, config)
  return { name, ...(model && { model }), emotions: emotions.length > 0 ? emotions : [foundEmotion(found)] }
}

/** Names of the folders in a characters directory, sorted; hidden ones are left out. */
export async function characterNames(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true })
  const folders = await Promise.all(
    entries
      .filter((entry) => !entry.name.startsWith('.'))
      .map(async (entry) => {
        if (entry.isDirectory()) return entry.name
        const isFolder = entry.isSymbolicLink() && (await isDirectory(join(directory, entry.name)))
        return isFolder ? entry.name : undefined
      })
  )
  return folders.filter((name) => name !== undefined).sort()
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false
  )
}

async function readConfig(path: string): Promise<InferConfig | undefined> {
  try {
    const value = JSON.parse(await readFile(path, 'utf8')) as unknown
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

type FirstFiles = Readonly<Partial<Record<'.ckpt' | '.pth' | '.wav' | '.json', string>>>

async function firstFiles(folder: string): Promise<FirstFiles> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries
    .slice(0, MOST_ENTRIES)
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort()
  const first = (extension: string): string | undefined =>
    files.find((file) => extname(file).toLowerCase() === extension)
  const voice = join(folder, 'voice.json')
  return {
    '.ckpt': first('.ckpt'),
    '.pth': first('.pth'),
    '.wav': first('.wav'),
    '.json': files.includes(voice) ? voice : undefined
  }
}

async function modelOf(
  folder: string,
  config: InferConfig | undefined,
  found: FirstFiles
): Promise<VoiceModel | undefined> {
  const path = (value: unknown): string | undefined =>
    typeof value === 'string' && value !== '' ? resolve(folder, value) : undefined
  const gpt = path(config?.gpt_path)
  const sovits = path(config?.sovits_path)
  if (gpt && sovits) return { gpt, sovits }
  if (found['.json']) return { voice: folder }
  return found['.ckpt'] && found['.pth'] ? { gpt: found['.ckpt'], sovits: found['.pth'] } : undefined
}

function emotionsOf(folder: string, config: InferConfig | undefined): Emotion[] {
  const list = config?.emotion_list
  if (typeof list !== 'object' || list === null || Array.isArray(list)) return []
  return Object.entries(list).map(([name, value]) => {
    const {
      ref_audio_path: audio,
      prompt_text: text,
      prompt_language: language
    } = (value ?? {}) as Record<string, unknown>
    if (typeof audio !== 'string' || audio === '') return { name }
    const said = typeof text === 'string' && text !== '' ? { text } : {}
    const mode = typeof language === 'string' ? languageOfName(language) : undefined
    return { name, reference: { audio: resolve(folder, audio), ...said, language: mode ?? 'auto' } }
  })
}

// The recording's name is what it says: so the public project's tools name them.
function foundEmotion(found: FirstFiles): Emotion {
  const audio = found['.wav']
  if (!audio) return { name: 'default' }
  return { name: 'default', reference: { audio, text: basename(audio, extname(audio)), language: 'auto' } }
}
