import { createHash } from 'node:crypto'
import { readdir, readFile, utimes } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { writeWhole } from './cache.js'
import type { VoiceSources } from './import.js'

/** Which modules of the cache a voice uses; for people and for cleaning up, never needed to speak. */
export interface VoiceNote {
  /** File name of its SoVITS weights. */
  readonly name: string
  readonly version: string
  /** Absolute paths of the two files that are its own. */
  readonly gpt: string
  readonly sovits: string
  /** Keys of its modules. */
  readonly modules: readonly string[]
}

export function voicesFolder(cache: string): string {
  return join(cache, 'voices')
}

/** Notes that a voice was opened now. A cache that cannot be written does without. */
export async function noteVoice(
  cache: string,
  sources: VoiceSources,
  version: string,
  modules: Readonly<Record<string, string>>
): Promise<void> {
  const [gpt, sovits] = [resolve(sources.gpt), resolve(sources.sovits)]
  const note: VoiceNote = { name: basename(sovits), version, gpt, sovits, modules: Object.values(modules) }
  const text = `${JSON.stringify(note)}\n`
  const id = createHash('sha256').update([gpt, sovits].join('\n')).digest('hex').slice(0, 32)
  const path = join(voicesFolder(cache), `${id}.json`)
  try {
    const now = new Date()
    if ((await readFile(path, 'utf8').catch(() => '')) === text) await utimes(path, now, now)
    else await writeWhole(path, text)
  } catch {
    // read-only
  }
}

/** Every voice of the cache; notes that cannot be read are left out. */
export async function readVoiceNotes(cache: string): Promise<(VoiceNote & { readonly path: string })[]> {
  const notes: (VoiceNote & { path: string })[] = []
  for (const name of await readdir(voicesFolder(cache)).catch(() => [])) {
    const path = join(voicesFolder(cache), name)
    const note = await readFile(path, 'utf8')
      .then(
        (text) => JSON.parse(text) as Partial<VoiceNote>,
        () => undefined
      )
      .catch(() => undefined)
    if (typeof note?.name === 'string' && Array.isArray(note.modules)) notes.push({ ...(note as VoiceNote), path })
  }
  return notes
}
