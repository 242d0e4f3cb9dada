import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { DownloadError } from '../../errors.js'
import { packageRoot } from '../../package-root.cjs'

const MOST_REDIRECTS = 10
/** A connection that gives less within the client's patience is given up. */
const LEAST_BYTES = 1024

/** Who is asked, and how patiently. */
export interface Client {
  readonly dispatcher: Dispatcher
  /** Sent to `tokenOrigin` alone: a redirect to a storage host must not carry it away. */
  readonly token?: string | undefined
  readonly tokenOrigin?: string | undefined
  /** Milliseconds without an answer or without data after which a connection is given up. */
  readonly stallMs: number
  readonly signal: AbortSignal
}

/** One answer, its body not yet read. */
export interface Reply {
  readonly url: URL
  readonly status: number
  readonly body: Readable
  header(name: string): string | undefined
  /** What the hub said of the file before it sent us on to its storage. */
  readonly linked: { readonly sha256?: string; readonly bytes?: number }
}

// Reading it takes longer than all the rest of the package, and most programs fetch nothing.
function undici(): typeof import('undici') {
  return createRequire(join(packageRoot, 'package.json'))('undici') as typeof import('undici')
}

/** A fault that trying again may mend. */
export class Interrupted extends Error {
  constructor(
    message: string,
    readonly waitMs = 0
  ) {
    super(message)
  }
}

/** `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` count, as they do for other programs. */
export function dispatcher(stallMs: number): Dispatcher {
  const options = { connect: { timeout: stallMs }, headersTimeout: 0, bodyTimeout: 0, maxHeaderSize: 65_536 }
  const { Agent, EnvHttpProxyAgent } = undici()
  const proxied = ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'].some((name) => process.env[name])
  return proxied ? new EnvHttpProxyAgent(options) : new Agent(options)
}

/**
 * Asks for a file, following redirects. Statuses that no second try mends throw a DownloadError; 429 and 5xx an
 * `Interrupted`.
 */
export async function ask(client: Client, address: URL, headers: Record<string, string> = {}): Promise<Reply> {
  let url = address
  let linked: Reply['linked'] = {}
  for (let hops = 0; ; hops++) {
    if (hops > MOST_REDIRECTS) {
      throw new DownloadError(`${address.href} redirects more than ${MOST_REDIRECTS} times, last to ${url.href}`)
    }
    const reply = await once(client, url, headers)
    linked = { ...linkedOf(reply), ...linked }
    const location = reply.status >= 300 && reply.status < 400 ? reply.header('location') : undefined
    if (location === undefined) return { ...reply, linked }
    discard(reply.body)
    url = nextAddress(url, location)
  }
}

async function once(client: Client, url: URL, headers: Record<string, string>): Promise<Omit<Reply, 'linked'>> {
  const authorized = client.token !== undefined && url.origin === client.tokenOrigin
  const sent = {
    'user-agent': 'gpt-sovits',
    'accept-encoding': 'identity',
    ...headers,
    ...(authorized ? { authorization: `Bearer ${client.token}` } : {})
  }
  const reply = await answered(client, url, sent)
  const header = (name: string): string | undefined => {
    const value = reply.headers[name]
    return Array.isArray(value) ? value[0] : value
  }
  const answer = { url, status: reply.statusCode, body: reply.body, header }
  // A body that is given up fails late; nobody listens then.
  reply.body.on('error', () => undefined)
  if (reply.statusCode >= 400 && reply.statusCode !== 416) {
    discard(reply.body)
    refuse(answer)
  }
  return answer
}

// undici's own timers tick once a second; patience is measured here.
async function answered(client: Client, url: URL, headers: Record<string, string>): Promise<Dispatcher.ResponseData> {
  const patience = new AbortController()
  const timer = setTimeout(() => patience.abort(), client.stallMs)
  try {
    const signal = AbortSignal.any([client.signal, patience.signal])
    return await undici().request(url, { dispatcher: client.dispatcher, signal, headers })
  } catch (error) {
    client.signal.throwIfAborted()
    const reason = patience.signal.aborted ? `no answer within ${client.stallMs / 1000} s` : reasonOf(error as Error)
    throw new Interrupted(`${url.host} cannot be reached: ${reason}`)
  } finally {
    clearTimeout(timer)
  }
}

function refuse({ url, status, header }: Omit<Reply, 'linked'>): never {
  if (status === 429 || status >= 500) {
    const seconds = Number(header('retry-after'))
    throw new Interrupted(`${url.host} answers ${status}`, Number.isFinite(seconds) ? seconds * 1000 : 0)
  }
  if (status === 401 || status === 403) {
    throw new DownloadError(`${url.href} answers ${status}: it needs leave; set HF_TOKEN to an access token of the hub`)
  }
  throw new DownloadError(`${url.href} answers ${status}; check the name, or name another hub with --hub`)
}

function nextAddress(from: URL, location: string): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined
  if (!to || !['http:', 'https:'].includes(to.protocol)) {
    throw new DownloadError(`${from.href} redirects to ${location}, which is no web address`)
  }
  if (from.protocol === 'https:' && to.protocol === 'http:') {
    throw new DownloadError(`${from.href} redirects to ${to.href}, which is not encrypted`)
  }
  return to
}

function linkedOf({ header }: Omit<Reply, 'linked'>): Reply['linked'] {
  const sha256 = /^"?([0-9a-f]{64})"?$/.exec(header('x-linked-etag') ?? '')?.[1]
  const bytes = Number(header('x-linked-size') ?? Number.NaN)
  return { ...(sha256 ? { sha256 } : {}), ...(Number.isSafeInteger(bytes) ? { bytes } : {}) }
}

/** Ends a body that is not wanted; the connection goes with it. */
export function discard(body: Readable): void {
  body.destroy()
}

function reasonOf(error: Error & { code?: string }): string {
  return error.message || error.code || error.name
}

/**
 * The bytes of a body, until it ends. A cut, or fewer than `LEAST_BYTES` within the client's patience, throws
 * `Interrupted`.
 */
export async function* read(client: Client, { url, body }: Reply): AsyncGenerator<Buffer> {
  let stalled = false
  let received = 0
  const timer = setInterval(() => {
    if (received < LEAST_BYTES) {
      stalled = true
      body.destroy(new Error('stalled'))
    }
    received = 0
  }, client.stallMs)
  try {
    for await (const part of body) {
      received += (part as Buffer).length
      yield part as Buffer
    }
  } catch (error) {
    client.signal.throwIfAborted()
    throw new Interrupted(
      stalled
        ? `${url.host} sent next to nothing for ${client.stallMs / 1000} s`
        : `${url.host} broke off: ${reasonOf(error as Error)}`
    )
  } finally {
    clearInterval(timer)
    body.destroy()
  }
}
