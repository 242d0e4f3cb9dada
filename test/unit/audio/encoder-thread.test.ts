import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it, test } from 'vitest'
import { openCodecEncoder } from '../../../lib/audio/encode/codec-encoder.js'
import { encoderThread } from '../../../lib/audio/encode/threads/pool.js'
import { type AudioEncoder, createEncoder, keepEncoderThread } from '../../../lib/audio/index.js'
import { packageRoot } from '../../../lib/package-root.cjs'
import { concat } from './recordings.js'

const RATE = 32000
const samples = Float32Array.from({ length: RATE }, (_, i) => 0.5 * Math.sin(i / 20) * Math.sin(i / 3000))

async function bytesOf(encoder: AudioEncoder): Promise<Buffer> {
  return Buffer.from(concat(await encoder.write(samples), await encoder.end()))
}

describe('an encoder on the shared thread', () => {
  test.each(['flac', 'mp3', 'ogg', 'opus'] as const)(
    'gives the bytes that this thread would give: %s',
    async (format) => {
      const options = { sampleRate: RATE, streaming: true }
      const encoder = await createEncoder(format, options)
      const here = await openCodecEncoder(format, { ...options, outputSampleRate: encoder.sampleRate })
      const bytes = await bytesOf(encoder)
      expect(bytes.equals(await bytesOf(here))).toBe(true)
      expect(encoder.mimeType).toBe(here.mimeType)
      expect(encoder.head).toEqual(here.head)
    }
  )

  it('leaves the samples with whoever wrote them', async () => {
    const own = samples.slice()
    const encoder = await createEncoder('flac', { sampleRate: RATE, streaming: true })
    await encoder.write(own)
    expect(own.length).toBe(RATE)
    encoder.close()
  })

  it('is told apart from others at work', async () => {
    const open = () => createEncoder('mp3', { sampleRate: RATE, streaming: true })
    const alone = await bytesOf(await open())
    const encoders = await Promise.all(Array.from({ length: 12 }, open))
    for (const bytes of await Promise.all(encoders.map(bytesOf))) expect(bytes.equals(alone)).toBe(true)
  })

  it('rejects what waits when it is closed', async () => {
    const encoder = await createEncoder('flac', { sampleRate: RATE, streaming: true })
    const written = encoder.write(samples)
    encoder.close()
    await expect(written).rejects.toThrow('this encoder has ended')
    await expect(encoder.end()).rejects.toThrow('this encoder has ended')
  })

  it('says so when the thread ends, and the next encoder has another one', async () => {
    const release = keepEncoderThread()
    const encoder = await createEncoder('flac', { sampleRate: RATE, streaming: true })
    const long = new Float32Array(120 * RATE).map((_, i) => samples[i % RATE] ?? 0) // outlasts the stop
    const written = encoder.write(long)
    encoderThread().stop()
    await expect(written).rejects.toMatchObject({ code: 'ERR_GSV_INTERNAL' })
    await expect(encoder.write(samples)).rejects.toThrow('the thread that encodes ended')
    const next = await createEncoder('flac', { sampleRate: RATE, streaming: true })
    expect((await bytesOf(next)).subarray(0, 4).toString()).toBe('fLaC')
    release()
  })
})

// Threads find their file from either build; neither holds the process that started them.
describe.skipIf(!existsSync(join(packageRoot, 'dist', 'esm', 'audio', 'encode', 'threads')))(
  'a compiled package',
  () => {
    const program = `
    const encoder = await createEncoder('mp3', { sampleRate: 32000, streaming: true })
    await encoder.write(new Float32Array(32000))
    console.log((await encoder.end()).length)`
    const url = (build: string): string => pathToFileURL(join(packageRoot, 'dist', build, 'index.js')).href
    const programs = {
      esm: `import { createEncoder } from '${url('esm')}'; ${program}`,
      cjs: `import { createRequire } from 'node:module'
      const { createEncoder } = createRequire('${url('cjs')}')('./index.js'); ${program}`
    }

    test.each(['esm', 'cjs'] as const)('encodes and ends by itself: %s', async (build) => {
      const args = ['--input-type=module', '--eval', programs[build]]
      const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 30_000 })
      expect(Number(stdout)).toBeGreaterThan(0)
    })
  }
)
