import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { fromNative, InternalError, OptionRangeError } from '../../../errors.js'
import { buildRoot, packageRoot } from '../../../package-root.cjs'
import type { Answer, FromThread, Question, ToThread } from './messages.js'

interface Asked {
  resolve(answer: Answer): void
  reject(error: Error): void
}

/** A worker thread that encodes for many encoders. It holds the process only while a question is open. */
export class EncoderThread {
  readonly #worker: Worker
  readonly #encoders = new Set<number>()
  readonly #asked = new Map<number, Asked>()
  #failure: InternalError | undefined

  /** `onIdle`: it has no encoder any more. `onEnd`: it has ended and takes no more. */
  constructor(
    private readonly onIdle: () => void,
    private readonly onEnd: () => void
  ) {
    this.#worker = startWorker()
    this.#worker.unref()
    this.#worker.on('message', ({ encoder, ...answer }: FromThread) => this.#take(encoder, answer))
    this.#worker.once('error', (cause) => this.#end(cause))
    this.#worker.once('exit', (code) => this.#end(new Error(`it ended with ${code}`)))
  }

  /** Encoders that are open. */
  get load(): number {
    return this.#encoders.size
  }

  /** @throws what the encoder fails with, and {InternalError} when the thread ends. */
  async ask<K extends 'opened' | 'bytes'>(
    encoder: number,
    question: Question,
    transfer: readonly ArrayBuffer[] = []
  ): Promise<Extract<Answer, { kind: K }>> {
    if (this.#failure) throw this.#failure
    if (this.#asked.has(encoder)) throw new OptionRangeError('an encoder takes one call at a time')
    this.#encoders.add(encoder)
    const answer = await new Promise<Answer>((resolve, reject) => {
      this.#asked.set(encoder, { resolve, reject })
      this.#worker.ref()
      this.#post({ encoder, ...question }, transfer)
    })
    if (answer.kind === 'failed') throw fromNative(answer.code ?? 'ERR_GSV_INTERNAL', answer.message)
    return answer as Extract<Answer, { kind: K }>
  }

  /** Forgets an encoder; `reason` rejects the question that it waits for. */
  close(encoder: number, reason: Error): void {
    if (!this.#encoders.delete(encoder)) return
    this.#settle(encoder)?.reject(reason)
    if (this.#failure) return
    this.#post({ encoder, kind: 'close' }, [])
    if (this.load === 0) this.onIdle()
  }

  stop(): void {
    void this.#worker.terminate()
  }

  #post(message: ToThread, transfer: readonly ArrayBuffer[]): void {
    this.#worker.postMessage(message, transfer)
  }

  #take(encoder: number, answer: Answer): void {
    this.#settle(encoder)?.resolve(answer)
  }

  #settle(encoder: number): Asked | undefined {
    const asked = this.#asked.get(encoder)
    this.#asked.delete(encoder)
    if (this.#asked.size === 0) this.#worker.unref()
    return asked
  }

  #end(cause: Error): void {
    if (this.#failure) return
    this.#failure = new InternalError(`the thread that encodes ended: ${cause.message}`, { cause })
    for (const encoder of [...this.#asked.keys()]) this.#settle(encoder)?.reject(this.#failure)
    this.#encoders.clear()
    this.onEnd()
  }
}

function startWorker(): Worker {
  const file = join(buildRoot, 'audio', 'encode', 'threads', 'thread')
  // The host's loaders and flags are of no use there.
  if (existsSync(`${file}.js`)) return new Worker(`${file}.js`, { execArgv: [] })
  const loader = pathToFileURL(join(packageRoot, 'scripts', 'source-thread.mjs')).href
  return new Worker(`${file}.ts`, { execArgv: ['--import', loader] })
}
