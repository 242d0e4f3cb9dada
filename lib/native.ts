import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import type { Binding, FailedEvent, NativeEvent, ProgressEvent, SpokenChunk } from '../binding.js'
import { AbortError, fromNative, NativeLibraryError } from './errors.js'
import { addonPath, engineLibraryPath, findLibtorch } from './native-paths.js'

type Pending = {
  resolve(event: unknown): void
  reject(error: Error): void
  onProgress?(event: ProgressEvent): void
  onChunk?(event: SpokenChunk): void
  callSite: Error
}

/** How a job is watched and stopped. */
export interface JobOptions {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((event: ProgressEvent) => void) | undefined
  readonly onChunk?: ((event: SpokenChunk) => void) | undefined
}

let loaded: Binding | undefined
let opening: Promise<Binding> | undefined
let nextJob = 1
const pending = new Map<number, Pending>()

function receive(event: NativeEvent): void {
  const job = pending.get(event.job)
  if (!job) return // cancelled: its promise was settled at once
  if (event.kind === 'progress') {
    job.onProgress?.(event as ProgressEvent)
    return
  }
  if (event.kind === 'chunk') {
    job.onChunk?.(event as SpokenChunk)
    return
  }
  pending.delete(event.job)
  if (event.kind === 'done') job.resolve(event)
  else {
    const failed = event as FailedEvent
    job.reject(fromNative(failed.code, failed.message, failed.detail, job.callSite))
  }
}

/** Loads the addon at first need; it links no torch, so this takes milliseconds. */
export function binding(given?: string): Binding {
  if (loaded) return loaded
  const path = given ?? addonPath()
  if (!path) {
    throw new NativeLibraryError(
      `there is no addon for ${process.platform}-${process.arch} and Node ${process.versions.node}; ` +
        'run `npm rebuild gpt-sovits`, then `npx gpt-sovits doctor`'
    )
  }
  try {
    loaded = createRequire(path)(path) as Binding
  } catch (cause) {
    throw new NativeLibraryError(`${path} cannot be loaded; run \`npx gpt-sovits doctor\``, { cause })
  }
  loaded.setEventHandler(receive)
  return loaded
}

/** The addon with LibTorch and the engine opened. */
export function engine(nativeBinding?: string): Promise<Binding> {
  opening ??= open(nativeBinding).catch((error: unknown) => {
    opening = undefined // a repaired installation is tried again
    throw error
  })
  return opening
}

async function open(nativeBinding: string | undefined): Promise<Binding> {
  const addon = binding(nativeBinding)
  const libtorch = findLibtorch()
  if (!libtorch) {
    throw new NativeLibraryError('LibTorch was not found; run `npx gpt-sovits doctor` to see how to get it')
  }
  const library = nativeBinding ? engineLibraryPath(dirname(nativeBinding)) : engineLibraryPath()
  if (!library) throw new NativeLibraryError('the engine library was not found; run `npm rebuild gpt-sovits`')
  await run((job) => addon.openEngine(job, libtorch.path, library))
  return addon
}

/**
 * Starts a native job and answers with its last event.
 * An aborted signal rejects with its reason at once; the engine stops at its next look and the next job waits for that.
 */
export function run<T>(start: (job: number) => void, options: JobOptions = {}): Promise<T> {
  const { signal, onProgress, onChunk } = options
  if (signal?.aborted) return Promise.reject(abortReason(signal))
  const job = nextJob++
  const callSite = new Error()
  return new Promise<T>((resolve, reject) => {
    const stop = (): void => {
      pending.delete(job)
      loaded?.cancel(job)
      reject(abortReason(signal))
    }
    const settle = (): void => signal?.removeEventListener('abort', stop)
    pending.set(job, {
      resolve: (event) => (settle(), resolve(event as T)),
      reject: (error) => (settle(), reject(error)),
      callSite,
      ...(onProgress ? { onProgress } : {}),
      ...(onChunk ? { onChunk } : {})
    })
    signal?.addEventListener('abort', stop, { once: true })
    try {
      start(job)
    } catch (error) {
      pending.delete(job)
      settle()
      reject(translated(error, callSite))
    }
  })
}

function translated(error: unknown, callSite: Error): Error {
  const { code, message } = error as { code?: string; message: string }
  return code?.startsWith('ERR_GSV_') ? fromNative(code, message, undefined, callSite) : (error as Error)
}

// As the platform does: the caller's own reason, whatever it is.
function abortReason(signal: AbortSignal | undefined): unknown {
  return signal?.reason ?? new AbortError()
}
