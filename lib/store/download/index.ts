import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DownloadError, FileError } from '../../errors.js'
import { digest, requireRoom } from './check.js'
import { type Client, discard, dispatcher } from './connection.js'
import { type Expected, type Offer, offerOf } from './offer.js'
import { discardPart, PartFile } from './part-file.js'
import { Changed, retried, type Transfer, unlessChanged } from './retry.js'
import { fetchSegments, fetchStream } from './transfer.js'

export type { Expected } from './offer.js'

export interface FetchProgress {
  readonly doneBytes: number
  /** Absent while the server has not said. */
  readonly totalBytes?: number | undefined
}

export interface FetchOptions {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: FetchProgress) => void) | undefined
  /** Sent as a bearer token to `tokenOrigin` alone. */
  readonly token?: string | undefined
  readonly tokenOrigin?: string | undefined
  /** Connections for one file, 1 to 16; default 4. */
  readonly connections?: number | undefined
  /** Seconds without data after which a connection is given up; default 30. */
  readonly stallSeconds?: number | undefined
  /** Seconds for the whole file; no limit by default. */
  readonly timeoutSeconds?: number | undefined
  /** Milliseconds before the second try of a connection; doubles up to 64 times that. Default 500. */
  readonly retryMs?: number | undefined
  /** Files below twice that come over one connection. Default 8 MiB. */
  readonly segmentBytes?: number | undefined
}

export interface Fetched {
  readonly bytes: number
  readonly sha256: string
  /** Who vouches for the content: the caller, the hub, or nobody. */
  readonly verified: 'expected' | 'hub' | 'no'
  /** Whether part of it was there from an earlier run. */
  readonly resumed: boolean
}

const REPORT_EVERY_MS = 100

/**
 * Fetches a file so that it appears under its name whole and checked, or not at all. What a stopped run left beside it
 * (`NAME.part`) is carried on with.
 * @throws {DownloadError} the server does not give it, gives something else, or is too slow.
 * @throws {FileError} it cannot be written, or the disk has no room.
 */
export async function fetchFile(
  url: URL,
  target: string,
  expected: Expected = {},
  options: FetchOptions = {}
): Promise<Fetched> {
  const { timeoutSeconds, token, tokenOrigin, stallSeconds = 30 } = options
  options.signal?.throwIfAborted()
  const deadline = timeoutSeconds === undefined ? undefined : AbortSignal.timeout(timeoutSeconds * 1000)
  const signal = AbortSignal.any([deadline, options.signal].flatMap((each) => each ?? []))
  const stallMs = stallSeconds * 1000
  const client: Client = { dispatcher: dispatcher(stallMs), token, tokenOrigin, stallMs, signal }
  const { connections = 4, segmentBytes = 8 << 20, retryMs = 500 } = options
  const transfer = { client, url, connections, segmentBytes, retryMs, report: reporter(options) }
  try {
    await makeFolder(dirname(target))
    return await unlessChanged(() => attempt(transfer, target, expected))
  } catch (error) {
    if (!deadline?.aborted || error !== deadline.reason) throw error
    throw new DownloadError(`${url.href} did not arrive within ${timeoutSeconds} s; run it again to go on`)
  } finally {
    await client.dispatcher.destroy().catch(() => undefined)
  }
}

function reporter({ onProgress }: FetchOptions): Transfer['report'] {
  let last = -Infinity
  return (doneBytes, totalBytes) => {
    const now = performance.now()
    if (!onProgress || (now - last < REPORT_EVERY_MS && doneBytes !== totalBytes)) return
    last = now
    onProgress({ doneBytes, totalBytes })
  }
}

async function attempt(transfer: Transfer, target: string, expected: Expected): Promise<Fetched> {
  const part = `${target}.part`
  const offer = await retried(transfer, () => offerOf(transfer, expected))
  try {
    await requireRoom(part, offer.bytes)
    const resumed = offer.ranges ? await bySegments(transfer, part, offer) : await inOne(transfer, part, offer)
    return await install(transfer, part, target, offer, resumed)
  } finally {
    if (offer.reply) discard(offer.reply.body)
  }
}

async function bySegments(transfer: Transfer, path: string, offer: Offer): Promise<boolean> {
  const bytes = offer.bytes ?? 0
  const count = Math.max(1, Math.min(transfer.connections, Math.floor(bytes / transfer.segmentBytes)))
  const part = await PartFile.open(path, { url: transfer.url.href, bytes, validator: offer.validator }, count)
  let complete = false
  try {
    await fetchSegments(transfer, part, offer)
    complete = true
  } catch (error) {
    if (error instanceof Changed) part.forget()
    throw error
  } finally {
    await part.close(complete)
  }
  return part.resumed
}

async function inOne(transfer: Transfer, path: string, offer: Offer): Promise<boolean> {
  await discardPart(path)
  const file = await open(path, 'w').catch((cause: unknown) => {
    throw new FileError(`${path} cannot be written: ${(cause as Error).message}`, { cause })
  })
  try {
    await fetchStream(transfer, file, path, offer)
    await file.sync()
  } finally {
    await file.close()
  }
  return false
}

async function install(
  transfer: Transfer,
  part: string,
  target: string,
  offer: Offer,
  resumed: boolean
): Promise<Fetched> {
  const found = await digest(part, transfer.client.signal)
  const wrong =
    found.disguise !== undefined && offer.vouched === 'no'
      ? `is ${found.disguise}, not the file`
      : mismatch(found, offer)
  if (wrong !== undefined) {
    await discardPart(part)
    // What an earlier run left may be of another version: the second try starts from nothing.
    if (resumed) throw new Changed(`${transfer.url.href} ${wrong}`)
    throw new DownloadError(`${transfer.url.href} ${wrong}; nothing was installed`)
  }
  await rename(part, target).catch((cause: unknown) => {
    throw new FileError(`${target} cannot be written: ${(cause as Error).message}`, { cause })
  })
  await rm(`${part}.json`, { force: true })
  return { bytes: found.bytes, sha256: found.sha256, verified: offer.vouched, resumed }
}

function mismatch(found: { sha256: string; gitSha1: string; disguise?: string | undefined }, offer: Offer) {
  const seen = found.disguise === undefined ? '' : ` (it looks like ${found.disguise})`
  if (offer.sha256 !== undefined) {
    return found.sha256 === offer.sha256
      ? undefined
      : `has SHA-256 ${found.sha256}, ${offer.sha256} was expected${seen}`
  }
  if (offer.gitSha1 === undefined || found.gitSha1 === offer.gitSha1) return undefined
  return `has the git hash ${found.gitSha1}, ${offer.gitSha1} was expected${seen}`
}

async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new FileError(`${folder} cannot be made: ${(cause as Error).message}`, { cause })
  })
}
