import type { FileHandle } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { DownloadError, FileError } from '../../errors.js'
import { ask, discard, Interrupted, read, type Reply } from './connection.js'
import { contentRange, encodingOf, type Offer } from './offer.js'
import type { PartFile, Segment } from './part-file.js'
import { Changed, retried, type Transfer } from './retry.js'

/** A stream whose length nobody tells is read no further. */
const MOST_BYTES = 16 * 2 ** 30

/** Fetches every segment at once; the first that cannot be had stops the others. */
export async function fetchSegments(transfer: Transfer, part: PartFile, offer: Offer): Promise<void> {
  const stop = new AbortController()
  const client = { ...transfer.client, signal: AbortSignal.any([transfer.client.signal, stop.signal]) }
  const report = (): void => transfer.report(part.doneBytes, part.source.bytes)
  report()
  const outcomes = await Promise.allSettled(
    part.segments.map((segment) =>
      fetchSegment({ ...transfer, client }, part, segment, offer, report).catch((error: unknown) => {
        if (!stop.signal.aborted) stop.abort(error)
        throw error
      })
    )
  )
  transfer.client.signal.throwIfAborted()
  if (outcomes.some(({ status }) => status === 'rejected')) throw stop.signal.reason
}

async function fetchSegment(
  transfer: Transfer,
  part: PartFile,
  segment: Segment,
  offer: Offer,
  report: () => void
): Promise<void> {
  let before = segment.done
  const progressed = (): boolean => segment.done > before
  const length = segment.end - segment.start
  await retried(
    transfer,
    async () => {
      before = segment.done
      if (segment.done === length) return
      const reply = await askFor(transfer, segment, offer)
      for await (const bytes of read(transfer.client, reply)) {
        if (bytes.length > length - segment.done) {
          throw new DownloadError(`${transfer.url.href}: the server sends more than it was asked for`)
        }
        await part.write(segment, bytes)
        report()
      }
      if (segment.done < length) throw new Interrupted(`${reply.url.host} ended early`)
    },
    progressed
  )
}

async function askFor(transfer: Transfer, segment: Segment, offer: Offer): Promise<Reply> {
  const start = segment.start + segment.done
  const reply = await ask(transfer.client, transfer.url, {
    range: `bytes=${start}-${segment.end - 1}`,
    ...(offer.ifRange === undefined ? {} : { 'if-range': offer.ifRange })
  })
  const range = reply.status === 206 ? contentRange(reply) : undefined
  const validator = reply.header('etag') ?? reply.header('last-modified') ?? offer.validator
  if (range?.start === start && range.total === offer.bytes && validator === offer.validator) return reply
  discard(reply.body)
  throw new Changed(`${transfer.url.href} changed on the server meanwhile`)
}

/** Fetches a file in one piece, from the start at every try. */
export async function fetchStream(transfer: Transfer, file: FileHandle, path: string, offer: Offer): Promise<void> {
  const { client, url, report } = transfer
  let waiting = offer.reply
  await retried(transfer, async () => {
    const reply = waiting ?? (await ask(client, url))
    waiting = undefined
    if (reply.status !== 200) throw new Changed(`${url.href} answers ${reply.status} now`)
    await file.truncate(0)
    let done = 0
    for await (const bytes of decoded(transfer, reply)) {
      if (done + bytes.length > (offer.bytes ?? MOST_BYTES)) {
        throw new DownloadError(`${url.href} is longer than ${offer.bytes ?? MOST_BYTES} bytes`)
      }
      await file.write(bytes, 0, bytes.length, done).catch((cause: unknown) => {
        throw new FileError(`${path} cannot be written: ${(cause as Error).message}`, { cause })
      })
      done += bytes.length
      report(done, offer.bytes)
    }
    if (offer.bytes !== undefined && done < offer.bytes) throw new Interrupted(`${reply.url.host} ended early`)
  })
}

// Some proxies compress what nobody asked them to.
async function* decoded(transfer: Transfer, reply: Reply): AsyncGenerator<Buffer> {
  const encoding = encodingOf(reply)
  const raw = read(transfer.client, reply)
  if (encoding === undefined) {
    yield* raw
    return
  }
  if (encoding !== 'gzip') {
    discard(reply.body)
    throw new DownloadError(`${transfer.url.href} comes ${encoding} encoded, which was not asked for`)
  }
  const gunzip = createGunzip()
  const flow = pipeline(raw, gunzip)
  flow.catch(() => undefined) // told by the loop below
  try {
    for await (const bytes of gunzip) yield bytes as Buffer
    await flow
  } catch (error) {
    transfer.client.signal.throwIfAborted()
    throw error instanceof Interrupted ? error : new Interrupted(`broken gzip: ${(error as Error).message}`)
  }
}
