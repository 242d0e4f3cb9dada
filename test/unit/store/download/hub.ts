import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach } from 'vitest'

/** What one request is answered with; `n` counts the requests of a path from 0. */
export type Answer = (request: IncomingMessage, response: ServerResponse, n: number) => void

export interface Hub {
  readonly origin: string
  /** Method, path and range of each request, in order. */
  readonly requests: { path: string; range: string | undefined; authorization: string | undefined }[]
  serve(path: string, answer: Answer): URL
}

const open: (() => void)[] = []
afterEach(() => {
  for (const close of open.splice(0)) close()
})

/** A server on the loopback interface; it ends with the test. */
export async function startHub(): Promise<Hub> {
  const answers = new Map<string, { answer: Answer; count: number }>()
  const requests: Hub['requests'] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    requests.push({ path, range: request.headers.range, authorization: request.headers.authorization })
    const known = answers.get(path)
    response.on('error', () => undefined)
    if (known) known.answer(request, response, known.count++)
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const serve = (path: string, answer: Answer): URL => {
    answers.set(path, { answer, count: 0 })
    return new URL(path, origin)
  }
  return { origin, requests, serve }
}

/** Bytes that no two offsets share. */
export function content(length: number, seed = 1): Buffer {
  const out = Buffer.alloc(length)
  for (let i = 0, state = seed; i < length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    out[i] = state >>> 16
  }
  return out
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

interface Manners {
  readonly etag?: string
  readonly headers?: Record<string, string>
  /** Bytes of each answer after which the connection is cut. */
  readonly cutAfter?: (n: number) => number | undefined
}

/** A server that knows ranges, If-Range and ETag. */
export function wellBehaved(bytes: Buffer, manners: Manners = {}): Answer {
  const etag = manners.etag ?? `"${sha256(bytes).slice(0, 16)}"`
  return (request, response, n) => {
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '')
    const stale = request.headers['if-range'] !== undefined && request.headers['if-range'] !== etag
    const headers = { etag, 'accept-ranges': 'bytes', ...manners.headers }
    const start = range && !stale ? Number(range[1]) : 0
    const end = range && !stale && range[2] ? Math.min(bytes.length, Number(range[2]) + 1) : bytes.length
    const body = bytes.subarray(start, end)
    const partial = range && !stale
    response.writeHead(partial ? 206 : 200, {
      ...headers,
      'content-length': body.length,
      ...(partial ? { 'content-range': `bytes ${start}-${end - 1}/${bytes.length}` } : {})
    })
    const cut = manners.cutAfter?.(n)
    if (cut === undefined || cut >= body.length) response.end(body)
    else response.write(body.subarray(0, cut), () => setTimeout(() => response.destroy(), 5))
  }
}
