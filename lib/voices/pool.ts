import { stat } from 'node:fs/promises'
import { InsufficientMemoryError } from '../errors.js'
import { GptSovits } from '../gpt-sovits.js'
import type { GptSovitsConfig } from '../options.js'
import type { VoiceInfo } from '../types.js'
import type { VoiceModel } from './character.js'

/** What all voices of a pool share. */
export type PoolConfig = Omit<GptSovitsConfig, 'voice' | 'gpt' | 'sovits'>

export interface PoolOptions {
  readonly config: PoolConfig
  /** Bytes that the loaded networks may take together. */
  readonly maxMemory: number
  /** How a voice is opened; tests give their own. */
  readonly open?: (config: GptSovitsConfig) => GptSovits
}

/** A loaded voice that stays loaded until it is released. */
export interface Lease {
  readonly tts: GptSovits
  readonly info: VoiceInfo
  /** Names the files of the voice as they are now; another key is another voice. */
  readonly key: string
  release(): void
}

interface Entry {
  readonly key: string
  readonly tts: GptSovits
  readonly ready: Promise<VoiceInfo>
  /** Bytes; what the files hold until the voice is loaded. */
  bytes: number
  users: number
}

/** Keeps voices loaded within a budget; the least recently used one that nobody uses goes first. */
export class VoicePool {
  readonly #entries = new Map<string, Entry>() // oldest use first
  readonly #open: (config: GptSovitsConfig) => GptSovits
  #waiting: (() => void)[] = []

  constructor(private readonly options: PoolOptions) {
    this.#open = options.open ?? ((config) => new GptSovits(config))
  }

  /** Loaded voices and the bytes of their networks. */
  get usage(): { voices: number; bytes: number } {
    const bytes = [...this.#entries.values()].reduce((sum, entry) => sum + entry.bytes, 0)
    return { voices: this.#entries.size, bytes }
  }

  /**
   * Loads a voice unless it is loaded, and keeps it until `release`. Waits while every byte is in use.
   * @throws {InsufficientMemoryError} when the voice alone is larger than the budget.
   */
  async acquire(model: VoiceModel, signal?: AbortSignal): Promise<Lease> {
    const { key, bytes } = await identify(model)
    for (;;) {
      signal?.throwIfAborted()
      const entry = this.#entries.get(key) ?? this.#begin(key, model, bytes)
      if (entry) return this.#lease(entry, signal)
      await this.#released(signal)
    }
  }

  async dispose(): Promise<void> {
    const entries = [...this.#entries.values()]
    this.#entries.clear()
    await Promise.all(entries.map((entry) => entry.tts.dispose()))
  }

  async #lease(entry: Entry, signal: AbortSignal | undefined): Promise<Lease> {
    entry.users++
    this.#touch(entry)
    let held = true
    const release = (): void => {
      if (!held) return
      held = false
      entry.users--
      for (const wake of this.#waiting.splice(0)) wake()
    }
    try {
      const info = await untilAborted(entry.ready, signal)
      entry.bytes = info.bytes
      this.#touch(entry)
      this.#makeRoom(0)
      if (info.bytes > this.options.maxMemory) {
        this.#drop(entry)
        throw this.#tooLarge(info.bytes)
      }
      return { tts: entry.tts, info, key: entry.key, release }
    } catch (error) {
      release()
      throw error
    }
  }

  #begin(key: string, model: VoiceModel, bytes: number): Entry | undefined {
    if (bytes > this.options.maxMemory) throw this.#tooLarge(bytes)
    if (!this.#makeRoom(bytes)) return undefined
    const tts = this.#open({ ...this.options.config, ...model })
    const entry: Entry = { key, tts, ready: tts.ready, bytes, users: 0 }
    entry.ready.catch(() => this.#drop(entry)) // told to whoever awaits the lease; the next one tries again
    this.#entries.set(key, entry)
    return entry
  }

  /** Whether `bytes` more fit, after giving up what nobody uses. */
  #makeRoom(bytes: number): boolean {
    const { maxMemory } = this.options
    for (const entry of this.#entries.values()) {
      if (this.usage.bytes + bytes <= maxMemory) return true
      if (entry.users === 0) this.#drop(entry)
    }
    return this.usage.bytes + bytes <= maxMemory
  }

  #drop(entry: Entry): void {
    if (this.#entries.get(entry.key) === entry) this.#entries.delete(entry.key)
    void entry.tts.dispose()
  }

  #touch(entry: Entry): void {
    if (this.#entries.get(entry.key) !== entry) return
    this.#entries.delete(entry.key)
    this.#entries.set(entry.key, entry)
  }

  #tooLarge(bytes: number): InsufficientMemoryError {
    const megabytes = (count: number): string => `${Math.ceil(count / 2 ** 20)} MB`
    return new InsufficientMemoryError(
      `the voice needs ${megabytes(bytes)} or more, maxMemory is ${megabytes(this.options.maxMemory)}`
    )
  }

  #released(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        this.#waiting = this.#waiting.filter((each) => each !== wake)
        reject(signal?.reason as Error)
      }
      const wake = (): void => {
        signal?.removeEventListener('abort', stop)
        resolve()
      }
      this.#waiting.push(wake)
      signal?.addEventListener('abort', stop, { once: true })
    })
  }
}

/** Names the files of a voice as they are now. */
export async function voiceKey(model: VoiceModel): Promise<string> {
  return (await identify(model)).key
}

/** A key that changes when a file is replaced, and the bytes of the files: the least that the voice needs. */
async function identify(model: VoiceModel): Promise<{ key: string; bytes: number }> {
  const files = 'voice' in model ? [`${model.voice}/voice.json`] : [model.gpt, model.sovits]
  const found = await Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ size, mtimeMs, ino }) => ({ file, size, mark: `${size}:${mtimeMs}:${ino}` }),
        () => ({ file, size: 0, mark: 'absent' }) // the voice itself says so better
      )
    )
  )
  const key = found.map(({ file, mark }) => `${file}:${mark}`).join('|')
  return { key, bytes: found.reduce((sum, { size }) => sum + size, 0) }
}

async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise
  return new Promise<T>((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error)
    signal.addEventListener('abort', stop, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
