import { createHash } from 'node:crypto'
import { readdir, readFile, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import type { Tensor } from '../binding.js'
import { cacheFolder, contentHash, referencesFolder, type VoiceModules, writeWhole } from './store/index.js'

/** Changes when entries of an earlier release must not be used; part of every key. */
const FORMAT = 1
// Of v3 and v4 one takes about 100 kB, else 4.
const MOST_BYTES = 64 * 2 ** 20
const DIGEST_BYTES = 32

/** What the networks made of a reference. */
export interface KeptReference {
  readonly seconds: number
  readonly tensors: Readonly<Record<string, Tensor>>
}

interface Header {
  readonly seconds: number
  readonly tensors: readonly {
    readonly name: string
    readonly type: 'float' | 'long'
    readonly shape: readonly number[]
  }[]
}

/**
 * Prepared references on disk, so that the next process neither hears a recording again nor loads what hears it. An entry
 * belongs to the networks that made it, known by their content. One that is damaged is not used; a cache that cannot be
 * written is slow, not wrong.
 */
export class KeptReferences {
  readonly #cache: string
  readonly #modules: VoiceModules
  #networks: Promise<string> | undefined

  constructor(modules: VoiceModules, cacheDir?: string) {
    this.#cache = cacheFolder(cacheDir)
    this.#modules = modules
  }

  async read(recordings: string): Promise<KeptReference | undefined> {
    const path = await this.#path(recordings)
    const file = await readFile(path).catch(() => undefined)
    const kept = file && decode(file)
    if (!kept) return undefined
    const now = new Date()
    await utimes(path, now, now).catch(() => undefined) // the time of its last use
    return kept
  }

  async write(recordings: string, kept: KeptReference): Promise<void> {
    try {
      await writeWhole(await this.#path(recordings), encode(kept), { flush: false })
      await this.#forgetOldest()
    } catch {
      return // not written: see above
    }
  }

  async #path(recordings: string): Promise<string> {
    this.#networks ??= this.#hashNetworks()
    const key = createHash('sha256')
      .update(`${FORMAT} ${await this.#networks} ${recordings}`)
      .digest('hex')
    return join(referencesFolder(this.#cache), key)
  }

  /** Of what decides a prepared reference beside the recordings. */
  async #hashNetworks(): Promise<string> {
    const { version, sampleRate, fftSize, hop, paths } = this.#modules
    const files = [paths.s2, paths.hubert, ...(paths.speaker ? [paths.speaker] : [])]
    const hashes = await Promise.all(files.map((file) => contentHash(file, this.#cache)))
    return [version.name, sampleRate, fftSize, hop, ...hashes].join(' ')
  }

  async #forgetOldest(): Promise<void> {
    const folder = referencesFolder(this.#cache)
    const names = await readdir(folder)
    const entries = await Promise.all(
      names.map(async (name) => {
        const path = join(folder, name)
        const { size, mtimeMs } = await stat(path)
        return { path, size, mtimeMs }
      })
    )
    let bytes = 0
    for (const { path, size } of entries.sort((a, b) => b.mtimeMs - a.mtimeMs)) {
      bytes += size
      if (bytes > MOST_BYTES) await rm(path, { force: true })
    }
  }
}

/** A line of JSON, the tensors' bytes one after another, SHA-256 of all that. */
function encode({ seconds, tensors }: KeptReference): Buffer {
  const entries = Object.entries(tensors)
  const header: Header = {
    seconds,
    tensors: entries.map(([name, { shape, data }]) => {
      return { name, shape, type: data instanceof BigInt64Array ? 'long' : 'float' }
    })
  }
  const parts = entries.map(([, { data }]) => Buffer.from(data.buffer, data.byteOffset, data.byteLength))
  const content = Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), ...parts])
  return Buffer.concat([content, createHash('sha256').update(content).digest()])
}

function decode(file: Buffer): KeptReference | undefined {
  const content = file.subarray(0, Math.max(0, file.length - DIGEST_BYTES))
  if (!createHash('sha256').update(content).digest().equals(file.subarray(content.length))) return undefined
  const line = content.indexOf('\n')
  const { seconds, tensors } = JSON.parse(content.toString('utf8', 0, line)) as Header
  let at = line + 1
  const entries = tensors.map(({ name, type, shape }) => {
    const count = shape.reduce((product, size) => product * size, 1)
    const bytes = Uint8Array.from(content.subarray(at, (at += count * (type === 'long' ? 8 : 4))))
    const data = type === 'long' ? new BigInt64Array(bytes.buffer) : new Float32Array(bytes.buffer)
    return [name, { shape, data }] as const
  })
  return { seconds, tensors: Object.fromEntries(entries) }
}
