import { request } from 'node:http'
import type { Sent } from './recorded.js'

/** A whole answer. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** The connection ended before the answer did. */
  readonly isCut: boolean
}

/** Sends a request as it is, also what `fetch` refuses to send. */
export function send(
  base: string,
  { method, path, query, body, contentType = 'application/json' }: Sent
): Promise<Answer> {
  const url = new URL(path, base)
  for (const [key, value] of Object.entries(query ?? {})) url.searchParams.set(key, value)
  const payload = body === undefined ? undefined : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  const headers = payload && { 'content-type': contentType, 'content-length': payload.length }
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers }, (answer) => {
      const parts: Buffer[] = []
      const done = (isCut: boolean): void =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers as Record<string, string>,
          body: Buffer.concat(parts),
          isCut
        })
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.on('end', () => done(false))
      answer.on('error', () => done(true))
    })
    sent.on('error', reject)
    sent.end(payload)
  })
}
