import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { AbortError } from '../errors.js'
import { deadline } from './admission.js'
import type { Body, Dialect, DialectRequest, EventFrames } from './dialect.js'
import type { Services } from './services.js'
import { encoded, mimeTypeOf } from './sound.js'
import type { SpokenPart } from './speaker.js'
import type { SpeechRequest } from './speech-request.js'
import { watched } from './stall.js'

/** Answers one request in one dialect: reads it, speaks, and sends the sound as it comes or whole. */
export async function respond(
  services: Services,
  dialect: Dialect,
  request: FastifyRequest,
  reply: FastifyReply
): Promise<FastifyReply> {
  const controller = new AbortController()
  reply.raw.once('close', () => controller.abort(new AbortError('the client left')))
  const limit = deadline(controller, services.options.timeoutSeconds)
  try {
    const speech = dialect.parse(dialectRequest(request), services.settings())
    services.asked(speech, request.id)
    const sound = await soundOf(services, dialect, speech, controller.signal, reply)
    const { status, headers } = dialect.render(
      {
        kind: 'audio',
        request: speech,
        mimeType: mimeTypeOf(speech.output),
        fileStem: fileStem(),
        fromCache: sound.fromCache
      },
      services.settings()
    )
    // Speaking it once more would not give the same bytes: a part that is asked for is answered with the whole.
    return reply
      .code(status)
      .headers({ ...headers, 'accept-ranges': 'none' })
      .send(sound.body)
  } catch (error) {
    if (reply.raw.destroyed) return reply.hijack() // nobody is there to read an answer
    return sendError(services, dialect, error, request, reply)
  } finally {
    limit.met()
  }
}

/** Answers with an error in the dialect's form. */
export function sendError(
  services: Services,
  dialect: Dialect,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply
): FastifyReply {
  services.failed(error, request.id)
  const { status, headers, json } = dialect.render({ kind: 'error', error }, services.settings())
  return reply.code(status).headers(headers).type('application/json').send(JSON.stringify(json))
}

function dialectRequest(request: FastifyRequest): DialectRequest {
  return {
    method: request.method === 'POST' ? 'POST' : 'GET',
    query: request.query as DialectRequest['query'],
    body: (request.body as Body | undefined) ?? { kind: 'none' }
  }
}

// The time to the second, as the original's names have it, and what keeps two of one second apart.
function fileStem(): string {
  const time = new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14)
  return `${time}-${randomBytes(4).toString('hex')}`
}

interface Sound {
  readonly body: Readable | Buffer
  readonly fromCache: boolean
}

/** Waits for the first sound, or for all of it: what fails before then becomes an answer with a status of its own. */
async function soundOf(
  services: Services,
  dialect: Dialect,
  speech: SpeechRequest,
  signal: AbortSignal,
  reply: FastifyReply
): Promise<Sound> {
  const key = speech.cached ? await services.cache.keyOf(speech) : undefined
  const known = key === undefined ? undefined : services.cache.get(key)
  if (known) return { body: known, fromCache: true }
  const usage = { inputTokens: inputTokens(speech), outputTokens: 0 }
  const bytes = encoded(counted(services.speak(speech, signal), usage), speech.output)
  if (!speech.output.streaming) {
    const parts: Uint8Array[] = []
    for await (const part of bytes) parts.push(part)
    const body = Buffer.concat(parts)
    if (key !== undefined) services.cache.set(key, body)
    return { body, fromCache: false }
  }
  const first = await bytes.next()
  const all = continued(first, bytes)
  const { frames } = dialect
  const sent = speech.output.events && frames ? events(all, frames, usage) : all
  return { body: streamOf(sent, services, reply), fromCache: false }
}

/** Parts as an answer's body, until the client takes no more of them. */
export function streamOf(
  parts: AsyncIterable<Uint8Array | string>,
  { options }: Services,
  reply: FastifyReply
): Readable {
  const taken = watched(parts, options.timeoutSeconds, () => reply.raw.destroy())
  return Readable.from(taken, { objectMode: false })
}

function inputTokens({ task }: SpeechRequest): number {
  return [...(task.kind === 'text' ? task.text : task.ssml)].length
}

async function* counted(
  parts: AsyncIterable<SpokenPart>,
  usage: { outputTokens: number }
): AsyncGenerator<SpokenPart, void, undefined> {
  for await (const part of parts) {
    usage.outputTokens += part.chunk?.tokens.length ?? 0
    yield part
  }
}

async function* continued(
  first: IteratorResult<Uint8Array, void>,
  rest: AsyncGenerator<Uint8Array, void, undefined>
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    if (first.done) return
    yield first.value
    yield* rest
  } finally {
    await rest.return()
  }
}

async function* events(
  bytes: AsyncIterable<Uint8Array>,
  frames: EventFrames,
  usage: { inputTokens: number; outputTokens: number }
): AsyncGenerator<string, void, undefined> {
  try {
    for await (const part of bytes) yield frames.delta(part)
    yield frames.done(usage)
  } catch (error) {
    yield frames.error(error)
  }
}
