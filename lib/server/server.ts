import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { AbortError } from '../errors.js'
import { packageRoot } from '../package-root.cjs'
import { buildApp } from './app.js'
import { resolveServerOptions, type ServerOptions } from './options.js'
import { type Seams, Services } from './services.js'

const DRAIN_MS = 10_000

/** A server that speaks. */
export interface GptSovitsServer {
  /** The framework's object, to send requests to without a network. */
  readonly app: FastifyInstance
  /** Listens, and resolves with the address as a URL. Does not wait for the voice; see `ready`. */
  listen(): Promise<string>
  /** Resolves when the voice is loaded; rejects with the reason why it cannot be. */
  readonly ready: Promise<void>
  /** Requests being spoken, and waiting. */
  readonly load: { readonly running: number; readonly waiting: number }
  /** Takes no more requests, lets those that are there end for at most `graceMs` (10,000), then closes. */
  close(options?: { graceMs?: number }): Promise<void>
}

/** What a server tells its owner, and what its owner may put in its way. */
export type ServerEvents = Seams

export async function createServer(options: ServerOptions, events: ServerEvents): Promise<GptSovitsServer> {
  const resolved = resolveServerOptions(options)
  const services = new Services(resolved, events)
  const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string }
  const app = await buildApp(services, version)
  await app.ready()
  const ready = services.preload()
  ready.catch(() => undefined) // told to whoever awaits it, and by /ready
  let closing: Promise<void> | undefined
  const close = async (graceMs: number): Promise<void> => {
    const left = Promise.all([services.admission.drain(), services.answers.idle()])
    const isDrained = await within(graceMs, left)
    if (!isDrained) services.stop.abort(new AbortError('the server is shutting down'))
    await app.close()
    await services.dispose()
  }
  return {
    app,
    ready,
    listen: async () => {
      await app.listen({ host: resolved.host, port: resolved.port })
      const { address, family, port } = app.server.address() as AddressInfo
      return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
    },
    get load() {
      const { running, waiting } = services.admission
      return { running, waiting }
    },
    close: ({ graceMs = DRAIN_MS } = {}) => (closing ??= close(graceMs))
  }
}

/** Whether a promise settles in time. */
async function within(milliseconds: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), milliseconds)))
  return Promise.race([promise.then(() => true), late]).finally(() => clearTimeout(timer))
}
