import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Body } from './dialect.js'
import { RequestError } from './failure.js'

const strict = new TextDecoder('utf-8', { fatal: true })

/**
 * Takes every body for JSON, whatever its content type, as the originals do. What is none reaches the handler as such,
 * so that each dialect answers in its own way.
 */
export function acceptAnyJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, bytes, done) =>
    done(null, parseBody(bytes as Buffer))
  )
}

export function parseBody(bytes: Uint8Array): Body {
  if (bytes.length === 0) return { kind: 'none' }
  try {
    return { kind: 'json', value: JSON.parse(strict.decode(bytes)) as unknown }
  } catch (error) {
    return { kind: 'invalid', reason: (error as Error).message }
  }
}

/** A query as the originals read it: `+` is a space, a repeated key keeps all its values. */
export function parseQuery(query: string): Record<string, string[]> {
  const values: Record<string, string[]> = Object.create(null) as Record<string, string[]>
  for (const [key, value] of new URLSearchParams(query)) (values[key] ??= []).push(value)
  return values
}

/** Before validation: the JSON of the body itself, for routes that answer in their own form. */
export async function unwrapJson(request: FastifyRequest): Promise<void> {
  const body = request.body as Body | undefined
  if (body?.kind === 'invalid') {
    throw new RequestError(400, 'the body is not valid JSON', { param: null, code: 'invalid_json' })
  }
  request.body = body?.kind === 'json' ? body.value : undefined
}
