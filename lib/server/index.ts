import type { ServerOptions } from './options.js'
import type { GptSovitsServer, ServerEvents } from './server.js'

export { type ImportedConfig, readConfigFile } from './config-files.js'
export { type DialectName, resolveServerOptions, serverNumbers, type ServerOptions } from './options.js'
export type { GptSovitsServer, ServerEvents } from './server.js'

/**
 * Makes a server; its voice begins to load at once. The web framework is loaded at the first call.
 * @throws {OptionTypeError | OptionRangeError} naming the option.
 * @example
 * const server = await createServer({ characters: 'voices', engine: { hubert: 'chinese-hubert-base' } })
 * console.log(await server.listen())
 */
export async function createServer(options: ServerOptions, events: ServerEvents = {}): Promise<GptSovitsServer> {
  return (await import('./server.js')).createServer(options, events)
}
