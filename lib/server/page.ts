import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { packageRoot } from '../package-root.cjs'

const folder = join(packageRoot, 'lib', 'server', 'web')

// The page loads nothing from elsewhere and runs nothing that is not a file of its own.
const policy = [
  "default-src 'self'",
  "media-src 'self' blob:",
  "img-src 'self' data: blob:",
  "worker-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'"
].join('; ')

/** Serves the page at `/`; `false` where the package has none. */
export async function servePage(app: FastifyInstance, prefix: string): Promise<boolean> {
  if (!existsSync(join(folder, 'index.html'))) return false
  await app.register(async (scope) => {
    scope.addHook('onRoute', (route) => {
      route.config = { ...route.config, isPublic: true }
      route.schema = { ...route.schema, hide: true }
    })
    await scope.register(fastifyStatic, {
      root: folder,
      prefix,
      wildcard: false,
      setHeaders: (response) => {
        response.setHeader('content-security-policy', policy)
        response.setHeader('referrer-policy', 'no-referrer')
      }
    })
  })
  return true
}
