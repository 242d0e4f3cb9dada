import { DownloadError } from '../../errors.js'
import { ask, discard, type Reply } from './connection.js'
import type { Transfer } from './retry.js'

/** What is known of a file beforehand. */
export interface Expected {
  readonly sha256?: string | undefined
  /** The hub's name of a small file's content: SHA-1 as git takes it. */
  readonly gitSha1?: string | undefined
  readonly bytes?: number | undefined
}

/** What a server has to give. */
export interface Offer {
  /** It gives stretches of the file when asked for them. */
  readonly ranges: boolean
  readonly bytes?: number | undefined
  /** ETag or Last-Modified; a checksum serves as well. Empty when there is nothing to tell two files apart by. */
  readonly validator: string
  readonly ifRange?: string | undefined
  readonly sha256?: string | undefined
  readonly gitSha1?: string | undefined
  readonly vouched: 'expected' | 'hub' | 'no'
  /** Of a server without ranges: the whole file, already on its way. */
  readonly reply?: Reply
}

/**
 * Asks for the file's first byte: a server that knows ranges tells the length, another one begins to send.
 * @throws {DownloadError} it gives a web page, nothing, or a file other than expected.
 */
export async function offerOf(transfer: Transfer, expected: Expected): Promise<Offer> {
  const { client, url } = transfer
  const probe = await ask(client, url, { range: 'bytes=0-0' })
  if (probe.status === 416 && contentRange(probe)?.total === 0) throw new DownloadError(`${url.href} is empty`)
  const total = probe.status === 206 && !encodingOf(probe) ? contentRange(probe)?.total : undefined
  if (total !== undefined) {
    discard(probe.body)
    return describe(url, probe, expected, { ranges: true, bytes: total })
  }
  const whole = probe.status === 200 ? probe : await again(probe, () => ask(client, url))
  try {
    if (whole.status !== 200) throw new DownloadError(`${url.href} answers ${whole.status}, which gives no file`)
    return { ...describe(url, whole, expected, { ranges: false, bytes: lengthOf(whole) }), reply: whole }
  } catch (error) {
    discard(whole.body)
    throw error
  }
}

function again(probe: Reply, body: () => Promise<Reply>): Promise<Reply> {
  discard(probe.body)
  return body()
}

function describe(
  url: URL,
  reply: Reply,
  expected: Expected,
  found: { ranges: boolean; bytes: number | undefined }
): Offer {
  const bytes = found.bytes ?? expected.bytes ?? reply.linked.bytes
  if (bytes === 0) throw new DownloadError(`${url.href} is empty`)
  if (/^(text\/html|application\/xhtml)/.test(reply.header('content-type') ?? '')) {
    throw new DownloadError(`${url.href} gives a web page, not the file; a link for downloading is needed`)
  }
  for (const known of [expected.bytes, reply.linked.bytes]) {
    if (known !== undefined && known !== bytes) {
      throw new DownloadError(`${url.href} has ${bytes} bytes, ${known} were expected: it is another file`)
    }
  }
  const { linked } = reply
  if (expected.sha256 !== undefined && linked.sha256 !== undefined && expected.sha256 !== linked.sha256) {
    throw new DownloadError(`${url.href} has SHA-256 ${linked.sha256} on the hub, ${expected.sha256} was expected`)
  }
  const sha256 = expected.sha256 ?? linked.sha256
  const { gitSha1 } = expected
  const vouched = expected.sha256 ? 'expected' : (sha256 ?? gitSha1) ? 'hub' : 'no'
  if (bytes === undefined && vouched === 'no') {
    throw new DownloadError(`${url.href}: the server does not say how long the file is; give its SHA-256 (--sha256)`)
  }
  const etag = reply.header('etag')
  const validator = etag ?? reply.header('last-modified') ?? (sha256 ? `sha256:${sha256}` : '')
  // A weak ETag may not be used with If-Range; it is compared by ourselves then.
  const ifRange = etag === undefined ? reply.header('last-modified') : etag.startsWith('W/') ? undefined : etag
  return { ranges: found.ranges, bytes, validator, ifRange, sha256, gitSha1, vouched }
}

/** `bytes 0-9/100` or `bytes * /100`. */
export function contentRange(reply: Reply): { start: number; total: number } | undefined {
  const match = /^bytes (?:(\d+)-\d+|\*)\/(\d+)$/.exec(reply.header('content-range') ?? '')
  if (!match) return undefined
  const range = { start: Number(match[1] ?? 0), total: Number(match[2]) }
  return Number.isSafeInteger(range.start) && Number.isSafeInteger(range.total) ? range : undefined
}

/** The name of a content encoding that was not asked for. */
export function encodingOf(reply: Reply): string | undefined {
  const encoding = reply.header('content-encoding')?.trim().toLowerCase()
  return encoding === '' || encoding === 'identity' ? undefined : encoding
}

function lengthOf(reply: Reply): number | undefined {
  const length = reply.header('content-length')
  return length === undefined || encodingOf(reply) ? undefined : Number(length)
}
