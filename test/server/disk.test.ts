// A disk that is full or read-only under a server at work: the request fails by name, the server goes on.
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { packageRoot } from '../../lib/package-root.cjs'
import { scratch, tiny } from '../engine/voice.js'
import { canMount, smallDisk } from '../small-disk.js'
import { copyVoiceAsV1 } from './characters.js'
import { referencePath, tinyServer } from './harness.js'

const root = scratch()
// Another voice by its content too, or what is cached of the first one would serve.
copyVoiceAsV1(root, 'other')

describe.runIf(canMount)('a server whose disk is full', () => {
  it('turns uploads away until there is room, and speaks', async () => {
    const disk = smallDisk()
    writeFileSync(join(disk.path, 'filling'), Buffer.alloc(2 ** 20 - 8192))
    const { app, ready } = await tinyServer()
    await ready
    vi.stubEnv('TMPDIR', disk.path) // where the first upload makes its folder
    onTestFinished(() => void vi.unstubAllEnvs())
    const headers = { 'content-type': 'application/octet-stream' }
    const payload = readFileSync(referencePath)
    const upload = () => app.inject({ method: 'POST', url: '/api/references', payload, headers })
    const refused = await upload()
    expect([refused.statusCode, refused.json()]).toMatchObject([
      500,
      { error: { message: 'the upload cannot be kept: the disk is full or read-only' } }
    ])
    expect(files(disk.path)).toEqual(['filling'])
    disk.remount('ro')
    expect((await upload()).statusCode).toBe(500)
    expect((await app.inject('/tts?text=Hello.&lang=en')).statusCode).toBe(200)
    disk.remount('rw,size=4m')
    const { id } = (await upload()).json<{ id: string }>()
    const spoken = await app.inject({ method: 'POST', url: '/api/speak', payload: { text: 'Hi.', upload: id } })
    expect(spoken.statusCode).toBe(200)
  })

  it('keeps the voice that speaks when another one cannot be unpacked', async () => {
    const disk = smallDisk()
    disk.remount('size=16m')
    const server = await tinyServer({ engine: { cacheDir: join(disk.path, 'cache') }, allowPaths: [root] })
    await server.ready
    const speak = () => server.app.inject('/tts?text=Hello.&lang=en&seed=1')
    const before = await speak()
    const used = files(join(disk.path, 'cache'))
    disk.remount('ro')
    const set = (kind: string, file: string) =>
      server.app.inject(`/set_${kind}_weights?weights_path=${join(root, file)}`)
    expect((await set('gpt', 'other.ckpt')).statusCode).toBe(200) // waits for the other half
    const refused = await set('sovits', 'other.pth')
    expect([refused.statusCode, refused.json()]).toMatchObject([400, { message: 'change sovits weight failed' }])
    expect((await speak()).rawPayload.equals(before.rawPayload)).toBe(true)
    expect(files(join(disk.path, 'cache'))).toEqual(used)
    disk.remount('rw')
    expect((await set('sovits', 'other.pth')).json()).toEqual({ message: 'success' })
    expect((await speak()).statusCode).toBe(200)
    expect(files(join(disk.path, 'cache')).length).toBeGreaterThan(used.length)
  })

  it('says that its own voice cannot be unpacked, and stays there to say so', async () => {
    const disk = smallDisk()
    const server = await tinyServer({ engine: { cacheDir: join(disk.path, 'cache') } })
    await expect(server.ready).rejects.toMatchObject({ code: 'ERR_GSV_FILE' })
    expect((await server.app.inject('/ready')).statusCode).toBe(503)
    expect((await server.app.inject('/health')).statusCode).toBe(200)
    const refused = await server.app.inject('/tts?text=Hello.&lang=en')
    expect([refused.statusCode, refused.json()]).toMatchObject([500, { code: 'ERR_GSV_FILE' }])
    disk.remount('size=16m')
    expect((await server.app.inject('/tts?text=Hello.&lang=en')).statusCode).toBe(200)
  })
})

describe.runIf(canMount)('gpt-sovits say', () => {
  it('leaves no file on a disk that is full', async () => {
    const disk = smallDisk()
    writeFileSync(join(disk.path, 'filling'), Buffer.alloc(2 ** 20 - 16384))
    const out = join(disk.path, 'speech.wav')
    const { code, stderr } = await say('A long sentence that does not fit there any more.', out)
    expect(code).toBe(1)
    expect(stderr).toContain(`${out} cannot be written`)
    expect(existsSync(out)).toBe(false)
    expect(files(disk.path)).toEqual(['filling'])
  })
})

function say(text: string, out: string): Promise<{ code: unknown; stderr: string }> {
  const voice = ['--gpt', tiny.gpt, '--sovits', tiny.sovits, '--hubert', tiny.hubert, '--ref', referencePath]
  const main = join(packageRoot, 'lib', 'cli', 'main.ts')
  const env = { ...process.env, GSV_CACHE_DIR: join(root, 'cache') }
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--import', 'tsx', main, 'say', text, ...voice, '--out', out],
      { env },
      (error, _, stderr) => resolve({ code: error?.code, stderr })
    )
  })
}

/** All files below a folder. */
function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
}
