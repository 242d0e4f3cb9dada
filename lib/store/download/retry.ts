import { DownloadError } from '../../errors.js'
import { type Client, Interrupted } from './connection.js'

/** A file on its way. */
export interface Transfer {
  readonly client: Client
  readonly url: URL
  readonly connections: number
  /** Files below twice that come over one connection. */
  readonly segmentBytes: number
  /** Wait before the second try; doubles up to 64 times that. */
  readonly retryMs: number
  readonly report: (doneBytes: number, totalBytes: number | undefined) => void
}

/** The file on the server is not the one that was begun with. */
export class Changed extends Error {}

/** Failures without a byte between them after which it is given up. */
const TRIES = 6
const MOST_FAILURES = 100
const LONGEST_WAIT_MS = 60_000

/** Tries again what was interrupted; `progressed` tells whether the last try brought anything. */
export async function retried<T>(transfer: Transfer, body: () => Promise<T>, progressed = () => false): Promise<T> {
  for (let failures = 0, total = 1; ; total++) {
    try {
      return await body()
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error
      failures = progressed() ? 1 : failures + 1
      if (failures >= TRIES || total >= MOST_FAILURES) {
        throw new DownloadError(`${transfer.url.href}: ${error.message}; run it again to go on`, { cause: error })
      }
      await pause(Math.max(error.waitMs, transfer.retryMs * 2 ** Math.min(6, failures - 1)), transfer.client.signal)
    }
  }
}

// A file that is replaced on the server meanwhile is begun anew, but not for ever.
export async function unlessChanged<T>(body: () => Promise<T>): Promise<T> {
  for (let restarts = 0; ; restarts++) {
    try {
      return await body()
    } catch (error) {
      if (!(error instanceof Changed)) throw error
      if (restarts === 2) throw new DownloadError(`${error.message}, again and again; try later`, { cause: error })
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer)
      reject(signal.reason as Error)
    }
    const timer = setTimeout(
      () => {
        signal.removeEventListener('abort', stop)
        resolve()
      },
      Math.min(ms, LONGEST_WAIT_MS)
    )
    signal.addEventListener('abort', stop, { once: true })
  })
}
