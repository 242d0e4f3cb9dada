import type { FastifyInstance } from 'fastify'
import type { Services } from '../services.js'

/** How the server is. */
export function systemRoutes(app: FastifyInstance, services: Services, version: string): void {
  const open = { config: { isPublic: true } }
  app.get('/health', { ...open, schema: { tags: ['system'], summary: 'The process is alive' } }, () => ({
    status: 'ok',
    version
  }))
  app.get('/ready', { ...open, schema: { tags: ['system'], summary: 'The voice is loaded' } }, (_request, reply) => {
    const { running, waiting } = services.admission
    const status = services.isReady ? 'ready' : services.admission.isClosing ? 'closing' : 'loading'
    return reply.code(status === 'ready' ? 200 : 503).send({ status, running, waiting, ...services.pool.usage })
  })
  app.get('/openapi.json', { ...open, schema: { hide: true } }, () => app.swagger())
  if (!services.options.metrics) return
  app.get('/metrics', { schema: { tags: ['system'], summary: 'Numbers for Prometheus' } }, async (_request, reply) => {
    const { type, body } = await services.metrics.text()
    return reply.type(type).send(body)
  })
}
