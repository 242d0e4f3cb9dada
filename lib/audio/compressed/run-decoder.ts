import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { InternalError, UnsupportedAudioError } from '../../errors.js'
import { packageRoot } from '../../package-root.cjs'
import type { DecodeTask } from '../limits.js'
import { type DecodedStep, type WorkerInput, type WorkerMessage, workerSource } from './worker-source.js'

/** A decoder of the wasm-audio-decoders family. */
export interface DecoderPackage {
  readonly module: string
  /** Name of the class that it exports. */
  readonly decoder: string
}

// One step takes some 30 ms; a hostile file that holds the decoder longer than this is given up.
const LONGEST_STEP_MS = 1500
// A step after another, each just quick enough.
const LONGEST_RUN_MS = 60_000
// Starting reads and compiles the decoder; a busy machine may be slow at it, and no byte of the file is read yet.
const LONGEST_START_MS = 20_000
// Of JavaScript objects; the WebAssembly decoders have their own small heaps.
const MAX_HEAP_MB = 192

/**
 * Decodes in a worker thread, and hands over each step's samples as they come.
 * @throws {UnsupportedAudioError} when the decoder fails or takes too long; whatever `take` throws.
 */
export async function runDecoder(
  decoder: DecoderPackage,
  task: DecodeTask,
  take: (step: DecodedStep) => void
): Promise<void> {
  const { signal } = task
  const worker = startWorker(decoder, task.bytes)
  let stop: (reason: unknown) => void = () => undefined
  const onAbort = (): void => stop(signal?.reason)
  const watch = new Watch(() =>
    stop(new UnsupportedAudioError(`${task.name} takes too long to decode; it may be damaged`))
  )
  try {
    await new Promise<void>((resolve, reject) => {
      stop = reject
      signal?.addEventListener('abort', onAbort, { once: true })
      const fail = (cause: Error): void => reject(decodeError(task.name, cause.message, cause))
      worker.once('error', fail)
      worker.once('exit', () => fail(new Error('the decoder ended early')))
      worker.on('message', (message: WorkerMessage) => {
        watch.step()
        if (message.kind === 'done') resolve()
        if (message.kind === 'failed') reject(decodeError(task.name, message.message))
        if (message.kind === 'decoded') attempt(() => take(message), reject)
      })
    })
  } finally {
    watch.end()
    signal?.removeEventListener('abort', onAbort)
    worker.removeAllListeners('message')
    await worker.terminate()
  }
}

function startWorker({ module, decoder }: DecoderPackage, bytes: Uint8Array): Worker {
  const workerData: WorkerInput = { module: pathToFileURL(resolveModule(module)).href, decoder, bytes }
  return new Worker(workerSource, {
    eval: true,
    workerData,
    execArgv: [], // the host's loaders and flags are of no use there
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB }
  })
}

function resolveModule(name: string): string {
  try {
    return createRequire(join(packageRoot, 'package.json')).resolve(name)
  } catch (cause) {
    throw new InternalError(`the package ${name} is not installed; run: npm install ${name}`, { cause })
  }
}

function decodeError(name: string, message: string, cause?: Error): UnsupportedAudioError {
  return new UnsupportedAudioError(`${name} cannot be decoded; it may be damaged: ${message}`, cause ? { cause } : {})
}

function attempt(action: () => void, onError: (error: unknown) => void): void {
  try {
    action()
  } catch (error) {
    onError(error)
  }
}

/** Ends a run whose next message does not come in time. */
class Watch {
  #timer: NodeJS.Timeout | undefined
  #steps = 0
  readonly #started = performance.now()

  constructor(private readonly onTimeout: () => void) {
    this.#arm(LONGEST_START_MS)
  }

  step(): void {
    this.#steps++
    this.#arm(Math.min(LONGEST_STEP_MS, LONGEST_RUN_MS - (performance.now() - this.#started)))
  }

  end(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #arm(milliseconds: number): void {
    clearTimeout(this.#timer)
    const steps = this.#steps
    this.#timer = setTimeout(
      () => {
        // When this thread was the busy one, the message lies waiting and comes before setImmediate.
        setImmediate(() => {
          if (this.#timer && steps === this.#steps) this.onTimeout()
        })
      },
      Math.max(0, milliseconds)
    )
  }
}
