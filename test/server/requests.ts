import { parseBody, parseQuery } from '../../lib/server/body.js'
import type { DialectRequest, DialectSettings } from '../../lib/server/dialect.js'

export const settings: DialectSettings = {
  voiceVersion: 'v2',
  maxInputChars: 4096,
  lenient: false,
  compatStatus200: false,
  wavStreamSize: 'auto',
  aliases: {}
}

export function get(query: string): DialectRequest {
  return { method: 'GET', query: parseQuery(query), body: { kind: 'none' } }
}

/** A body as it comes over the wire: a value that becomes JSON, or text that may be none. */
export function post(body: unknown): DialectRequest {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return { method: 'POST', query: {}, body: parseBody(Buffer.from(text)) }
}
