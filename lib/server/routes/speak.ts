import { randomInt } from 'node:crypto'
import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { AbortError } from '../../errors.js'
import { chunkModes, cutMethods, languageModes, numberRules } from '../../options.js'
import { deadline } from '../admission.js'
import { unwrapJson } from '../body.js'
import { openai } from '../dialects/openai.js'
import { RequestError } from '../failure.js'
import { sendError, streamOf } from '../respond.js'
import type { Services } from '../services.js'
import type { SpokenPart } from '../speaker.js'
import type { SpeechRequest } from '../speech-request.js'
import { SpeechLines } from './speech-lines.js'

const number = (name: keyof typeof numberRules, description: string) => {
  const { min, max } = numberRules[name]
  const options = { minimum: min, maximum: max, description }
  return Type.Optional('integer' in numberRules[name] ? Type.Integer(options) : Type.Number(options))
}
const choice = <T extends string>(names: readonly T[], description: string) =>
  Type.Optional(
    Type.Union(
      names.map((name) => Type.Literal(name)),
      { description }
    )
  )

/** Body of `POST /api/speak`. The options have the class's names. */
export const speakSchema = Type.Object(
  {
    text: Type.Optional(Type.String({ minLength: 1, description: 'what is spoken; give this or `ssml`' })),
    ssml: Type.Optional(Type.String({ minLength: 1 })),
    voice: Type.Optional(Type.String({ minLength: 1, description: 'a character; default: the first' })),
    emotion: Type.Optional(Type.String()),
    upload: Type.Optional(Type.String({ description: 'id of an uploaded recording, in place of the emotion' })),
    uploadText: Type.Optional(Type.String({ description: 'what that recording says' })),
    uploadLanguage: choice(languageModes, 'language of uploadText; default auto'),
    language: choice(languageModes, 'default auto'),
    cut: choice(cutMethods, 'how the text is cut into sentences'),
    chunks: choice(chunkModes, 'what a line holds: a sentence, or a part of one as it is spoken'),
    speed: number('speed', 'tempo'),
    topK: number('topK', 'draw from the K likeliest tokens'),
    topP: number('topP', 'draw from the likeliest tokens that sum to P'),
    temperature: number('temperature', '0 takes the likeliest token'),
    repetitionPenalty: number('repetitionPenalty', 'against repeated tokens'),
    seed: number('seed', 'the same seed gives the same samples'),
    pause: number('pause', 'silence after each sentence in seconds')
  },
  { additionalProperties: false }
)

type Fields = Static<typeof speakSchema>

/** The page's own way to speak: a line of JSON for each sentence, or part of one, as soon as it is spoken. */
export function speakRoute(app: FastifyInstance, services: Services): void {
  app.addHook('preValidation', unwrapJson)
  app.post(
    '/api/speak',
    {
      config: { dialect: openai },
      schema: {
        tags: ['own'],
        summary: 'Speak, sentence by sentence',
        description: 'Answers with lines of JSON (application/x-ndjson): `sentence`, then `done` or `error`.',
        body: speakSchema
      }
    },
    (request, reply) => speak(services, request as FastifyRequest<{ Body: Fields }>, reply)
  )
}

async function speak(
  services: Services,
  request: FastifyRequest<{ Body: Fields }>,
  reply: FastifyReply
): Promise<FastifyReply> {
  const controller = new AbortController()
  reply.raw.once('close', () => controller.abort(new AbortError('the client left')))
  const limit = deadline(controller, services.options.timeoutSeconds)
  try {
    const seed = request.body.seed ?? randomInt(2 ** 32)
    const speech = speechRequest({ ...request.body, seed })
    services.asked(speech, request.id)
    const parts = services.speak(speech, controller.signal)
    const first = await parts.next()
    const lines = streamOf(toLines(first, parts, seed), services, reply)
    return reply.code(200).type('application/x-ndjson').send(lines)
  } catch (error) {
    if (reply.raw.destroyed) return reply.hijack()
    return sendError(services, openai, error, request, reply)
  } finally {
    limit.met()
  }
}

function speechRequest(fields: Fields & { seed: number }): SpeechRequest {
  const {
    text,
    ssml,
    voice: character,
    emotion,
    upload,
    uploadText,
    uploadLanguage,
    language = 'auto',
    chunks = 'sentence',
    ...options
  } = fields
  if ((text === undefined) === (ssml === undefined)) {
    throw new RequestError(400, 'give either text or ssml', { param: 'text', code: 'invalid_value' })
  }
  const path = upload === undefined ? undefined : `upload:${upload}`
  const said = { ...(uploadText && { text: uploadText }), language: uploadLanguage ?? 'auto' }
  return {
    task: ssml === undefined ? { kind: 'text', text: text as string } : { kind: 'ssml', ssml },
    voice: {
      ...(character !== undefined && { character }),
      ...(emotion !== undefined && { emotion }),
      ...(path !== undefined && { reference: { path, ...said, ifAbsent: 'error' } })
    },
    options: { ...options, language },
    chunks,
    output: { format: 'pcm', streaming: true, wavSizes: 'unknown' },
    cached: false
  }
}

async function* toLines(
  first: IteratorResult<SpokenPart, void>,
  rest: AsyncGenerator<SpokenPart, void, undefined>,
  seed: number
): AsyncGenerator<string, void, undefined> {
  const lines = new SpeechLines()
  try {
    if (!first.done) yield lines.part(first.value)
    for await (const part of rest) yield lines.part(part)
    yield lines.done(seed)
  } catch (error) {
    yield lines.error(error)
  } finally {
    await rest.return()
  }
}
