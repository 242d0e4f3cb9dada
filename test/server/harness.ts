import { afterAll } from 'vitest'
import { createServer, type GptSovitsServer, type ServerEvents, type ServerOptions } from '../../lib/server/index.js'
import { reference, scratch, tiny } from '../engine/voice.js'
import { charactersFolder } from './characters.js'

const { gpt, sovits, hubert } = tiny

/** A scratch folder with characters in it. */
export function charactersScratch(): { root: string; characters: string } {
  const root = scratch()
  return { root, characters: charactersFolder(root) }
}

/** A server on the tiny voice; closed after the test file. */
export async function tinyServer(options: ServerOptions = {}, events: ServerEvents = {}): Promise<GptSovitsServer> {
  const server = await createServer(
    {
      port: 0,
      ...(options.characters === undefined && { voice: { gpt, sovits }, reference }),
      ...options,
      // One thread: test files run side by side.
      engine: { hubert, threads: 1, ...options.engine }
    },
    events
  )
  afterAll(() => server.close({ graceMs: 0 }))
  return server
}

/** The recording of the tiny voice, as requests name it. */
export const referencePath = reference.audio
