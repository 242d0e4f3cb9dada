import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder, writeWhole } from './cache.js'
import type { PublishedName } from './catalogue.js'

const FORMAT = 1
const NOTE = 'pulled.json'

/** A file of a pulled folder. */
export interface PulledFile {
  readonly name: string
  readonly bytes: number
  readonly sha256: string
  /** Who vouched for the hash: this package's table, the hub, or nobody. */
  readonly verified: 'expected' | 'hub' | 'no'
  readonly source: string
}

/** The note of a pulled folder. It is written last: a folder without one is not whole. */
export interface PulledNote {
  readonly format: number
  /** The name or address that was asked for. */
  readonly name: string
  readonly files: readonly PulledFile[]
}

/** Where something pulled lies, whether or not it is there. */
export function pulledFolder(name: string, cacheDir?: string): string {
  return join(cacheFolder(cacheDir), 'pulled', name)
}

/** The note of a folder whose files are all there in their sizes. */
export async function readPulled(folder: string): Promise<PulledNote | undefined> {
  try {
    const note = JSON.parse(await readFile(join(folder, NOTE), 'utf8')) as PulledNote
    if (note.format !== FORMAT || note.files.length === 0) return undefined
    for (const { name, bytes } of note.files) {
      if ((await stat(join(folder, name))).size !== bytes) return undefined
    }
    return note
  } catch {
    return undefined
  }
}

export async function writePulled(folder: string, note: Omit<PulledNote, 'format'>): Promise<void> {
  await writeWhole(join(folder, NOTE), `${JSON.stringify({ format: FORMAT, ...note }, null, 2)}\n`)
}

/** What of a published folder a config field takes: the folder itself, or a file of it. */
const taken: Readonly<Partial<Record<PublishedName, string>>> = {
  hubert: '',
  bert: '',
  g2pw: '',
  speaker: 'pretrained_eres2netv2w24s4ep4.ckpt',
  'v3-vocoder': '',
  'v4-vocoder': 'vocoder.pth',
  'v3-base': 's2Gv3.pth',
  'v4-base': 's2Gv4.pth'
}

/**
 * The path to give for a config field that was left out, when its file was pulled.
 * @param name such as `hubert` or `v3-vocoder`
 */
export async function findPulled(name: PublishedName, cacheDir?: string): Promise<string | undefined> {
  const folder = pulledFolder(name, cacheDir)
  const part = taken[name]
  if (part === undefined || !(await readPulled(folder))) return undefined
  return join(folder, part)
}

/** A voice that was pulled. */
export interface PulledVoice {
  readonly folder: string
  /** Names in it. */
  readonly files: readonly string[]
}

/** The voice that was pulled under this name or address, or whose folder has this name. */
export async function findPulledVoice(name: string, cacheDir?: string): Promise<PulledVoice | undefined> {
  const root = pulledFolder('voices', cacheDir)
  for (const entry of await readdir(root).catch(() => [])) {
    const folder = join(root, entry)
    const note = await readPulled(folder)
    if (note && (note.name === name || entry === name)) return { folder, files: note.files.map((file) => file.name) }
  }
  return undefined
}
