import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import cors from '@fastify/cors'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { acceptAnyJson, parseQuery } from './body.js'
import type { Dialect } from './dialect.js'
import { openai } from './dialects/openai.js'
import { Refusal, RequestError } from './failure.js'
import { hasKey, isAllowedHost, isForeign } from './guard.js'
import { servePage } from './page.js'
import { sendError } from './respond.js'
import { commandRoutes } from './routes/commands.js'
import { listRoutes } from './routes/lists.js'
import { referencesRoute } from './routes/references.js'
import { speakRoute } from './routes/speak.js'
import { speechRoutes } from './routes/speech.js'
import { systemRoutes } from './routes/system.js'
import type { Services } from './services.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whose form errors have that arise before the handler. */
    dialect?: Dialect
    /** Needs no key. */
    isPublic?: boolean
  }
}

const MEBIBYTE = 2 ** 20
// A request must be whole by then; what dribbles in slower is cut off.
const REQUEST_MS = 60_000
const HEADERS_MS = 20_000

/** The HTTP face: framework, guards, routes and documentation. */
export async function buildApp(services: Services, version: string): Promise<FastifyInstance> {
  const app = Fastify({
    bodyLimit: MEBIBYTE,
    requestTimeout: REQUEST_MS,
    http: { headersTimeout: HEADERS_MS, connectionsCheckingInterval: 5000 },
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    genReqId: requestId,
    // A wrong type or an unknown key is an error, not something to mend.
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false } },
    routerOptions: { querystringParser: parseQuery }
  })
  acceptAnyJson(app)
  addHooks(app, services)
  const { cors: origins, dialect } = services.options
  if (origins.length > 0) {
    const origin = origins.includes('*') ? true : [...origins]
    await app.register(cors, { origin, credentials: true, maxAge: 600, exposedHeaders: ['x-request-id'] })
  }
  await addDocumentation(app, version)
  const routes = [speechRoutes, commandRoutes, listRoutes, speakRoute, referencesRoute]
  for (const add of routes) await app.register(async (scope) => add(scope, services))
  await app.register(async (scope) => systemRoutes(scope, services, version))
  await servePage(app, dialect === 'legacy' ? '/page/' : '/')
  return app
}

// A sender's own id goes through when it is harmless in a header and a log.
function requestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && /^[\w.-]{1,80}$/.test(given) ? given : randomUUID()
}

function addHooks(app: FastifyInstance, services: Services): void {
  const { allowHosts, cors: origins, apiKeys, logger } = services.options
  app.addHook('onRequest', async (request, reply) => {
    services.answers.begin(reply.raw)
    void reply.headers({ 'x-request-id': request.id, 'x-content-type-options': 'nosniff' })
    const { headers } = request
    if (!isAllowedHost(headers.host, allowHosts)) {
      throw new Refusal(403, 'host_not_allowed', 'the server does not go by this name; see --allow-host')
    }
    const { isPublic } = request.routeOptions.config
    if (!isPublic && isForeign(headers, origins)) {
      throw new Refusal(403, 'origin_not_allowed', 'pages of other sites may not use this server; see --cors')
    }
    const isPreflight = request.method === 'OPTIONS' && origins.length > 0
    if (isPublic || isPreflight || apiKeys.length === 0 || hasKey(headers, apiKeys)) return
    void reply.header('www-authenticate', 'Bearer')
    throw new Refusal(401, 'invalid_api_key', 'the API key is missing or wrong')
  })
  app.addHook('onResponse', async (request, reply) => {
    const { method, id } = request
    const route = request.routeOptions.url ?? 'unknown'
    services.metrics.answered(route, reply.statusCode, reply.elapsedTime / 1000)
    logger('info', `${id} ${method} ${route} ${reply.statusCode} ${reply.elapsedTime.toFixed(0)} ms`)
  })
  app.setErrorHandler((error, request, reply) => {
    const { dialect = openai } = request.routeOptions.config
    return sendError(services, dialect, requestError(error), request, reply)
  })
  app.setNotFoundHandler((request, reply) => notFound(app, request, reply))
}

// The framework's own refusal of a body that does not fit a schema.
function requestError(error: unknown): unknown {
  const { validation } = error as {
    validation?: readonly { instancePath: string; message?: string; params: Record<string, unknown> }[]
  }
  const [first] = validation ?? []
  if (!first) return error
  const { missingProperty, additionalProperty } = first.params
  const param = first.instancePath.slice(1) || String(missingProperty ?? additionalProperty ?? '') || null
  const code = additionalProperty === undefined ? 'invalid_value' : 'unknown_parameter'
  return new RequestError(400, `${param ?? 'the body'}: ${first.message}`, { param, code })
}

// In FastAPI's form, as the originals answer; in OpenAI's where its clients ask.
function notFound(app: FastifyInstance, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const url = request.url.split('?')[0] as string
  const allowed = ['GET', 'POST'].filter((method) => app.hasRoute({ url, method }))
  const status = allowed.length > 0 ? 405 : 404
  if (status === 405) void reply.header('allow', allowed.join(', '))
  const detail = status === 405 ? 'Method Not Allowed' : 'Not Found'
  if (!url.startsWith('/v1/') && !url.startsWith('/api/')) return reply.code(status).send({ detail })
  const code = status === 405 ? 'method_not_supported' : 'unknown_url'
  return reply.code(status).send({ error: { message: detail, type: 'invalid_request_error', param: null, code } })
}

async function addDocumentation(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'gpt-sovits',
        version,
        description: 'Speech in the voices of GPT-SoVITS, for three kinds of clients.'
      },
      components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } }
    }
  })
  await app.register(async (scope) => {
    scope.addHook('onRoute', (route) => {
      route.config = { ...route.config, isPublic: true }
    })
    await scope.register(swaggerUi, { routePrefix: '/docs' })
  })
}
