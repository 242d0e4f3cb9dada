import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runDecoder } from '../../../lib/audio/compressed/run-decoder.js'

// No file is known that makes the decoders do these things; what would happen is shown with decoders that do.
const misdeeds: readonly (readonly [string, string])[] = [
  ['never comes back', 'for (;;);'],
  ['waits for ever', 'return new Promise(() => {})'],
  ['fills the memory', 'const all = []; for (;;) all.push({ of: all.length, text: `${all.length}` })'],
  ['ends the thread', 'process.exit(0)'],
  ['throws', 'throw new Error("bad frame")'],
  ['throws nothing', 'throw undefined'],
  ['prints', 'for (let i = 0; i < 1e5; i++) console.error("bad frame", i); throw new Error("bad")']
]

describe('a decoder that', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gsv-decoder-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test.each(misdeeds)('%s is ended and told of', async (name, body) => {
    const module = join(folder, `${name.replaceAll(' ', '-')}.mjs`)
    writeFileSync(module, `export class Decoder { ready = Promise.resolve(); decode() { ${body} } }`)
    const task = { name: 'bad.mp3', bytes: new Uint8Array(10), maxSeconds: 1 }
    const running = runDecoder({ module, decoder: 'Decoder' }, task, () => undefined)
    await expect(running).rejects.toMatchObject({
      code: 'ERR_GSV_UNSUPPORTED_AUDIO',
      message: expect.stringMatching(/^bad\.mp3 (cannot be decoded|takes too long)/)
    })
  })

  test('is not installed is an error that says what to do', async () => {
    const task = { name: 'a.mp3', bytes: new Uint8Array(10), maxSeconds: 1 }
    const running = runDecoder({ module: 'no-such-decoder', decoder: 'Decoder' }, task, () => undefined)
    await expect(running).rejects.toThrow(/npm install no-such-decoder/)
  })
})
