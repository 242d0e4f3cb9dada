import { type TObject, Type } from '@sinclair/typebox'
import type { FastifyInstance, FastifyRequest, FastifySchema } from 'fastify'
import type { Dialect } from '../dialect.js'
import { apiV2, apiV2Keys, apiV2Schema } from '../dialects/api-v2.js'
import { character, characterSchema } from '../dialects/character.js'
import { legacy, legacySchema } from '../dialects/legacy.js'
import { openai, openaiSchema } from '../dialects/openai.js'
import type { DialectName } from '../options.js'
import { respond } from '../respond.js'
import type { Services } from '../services.js'

const forced: Readonly<Partial<Record<DialectName, Dialect>>> = { character, api_v2: apiV2 }

/** The routes that speak. Their schemas tell the documentation; the dialects check by their own rules. */
export function speechRoutes(app: FastifyInstance, services: Services): void {
  const { dialect: name } = services.options
  app.setValidatorCompiler(() => () => true)

  const tts = { config: { dialect: forced[name] ?? character }, schema: ttsSchema(name) }
  const speak = async (request: FastifyRequest, reply: Parameters<typeof respond>[3]) =>
    respond(services, forced[name] ?? dialectOf(request), request, reply)
  app.get('/tts', { ...tts, schema: { ...tts.schema, querystring: ttsFields(name) } }, speak)
  app.post('/tts', { ...tts, schema: { ...tts.schema, body: ttsFields(name) } }, speak)

  app.post(
    '/v1/audio/speech',
    { config: { dialect: openai }, schema: { tags: ['openai'], summary: 'Speak, as OpenAI', body: openaiSchema } },
    (request, reply) => respond(services, openai, request, reply)
  )
  if (name !== 'legacy') return
  const root = { config: { dialect: legacy } }
  const old: FastifySchema = { tags: ['legacy'], summary: 'Speak, as api.py' }
  app.get('/', { ...root, schema: { ...old, querystring: legacySchema } }, (request, reply) =>
    respond(services, legacy, request, reply)
  )
  app.post('/', { ...root, schema: { ...old, body: legacySchema } }, (request, reply) =>
    respond(services, legacy, request, reply)
  )
}

/** api_v2 where a key says so that only it has, or both that it needs; the character dialect else. */
function dialectOf(request: FastifyRequest): Dialect {
  const body = request.body as { kind?: string; value?: unknown } | undefined
  const given = request.method === 'GET' ? request.query : body?.value
  if (typeof given !== 'object' || given === null) return character
  const keys = Object.keys(given)
  const isV2 = keys.some((key) => apiV2Keys.has(key)) || (keys.includes('text_lang') && keys.includes('ref_audio_path'))
  return isV2 ? apiV2 : character
}

function ttsSchema(name: DialectName): FastifySchema {
  const tags = name === 'auto' || name === 'legacy' ? ['character', 'api_v2'] : [name]
  return {
    tags,
    summary: 'Speak, as py-gpt-tts-server or api_v2',
    description: 'Parameters decide which (see docs/server.md).'
  }
}

function ttsFields(name: DialectName): TObject {
  if (name === 'character') return Type.Partial(characterSchema)
  if (name === 'api_v2') return apiV2Schema
  return Type.Partial(Type.Object({ ...characterSchema.properties, ...apiV2Schema.properties }))
}
