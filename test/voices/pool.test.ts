import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { GptSovits, GptSovitsConfig } from '../../lib/index.js'
import { VoicePool } from '../../lib/voices/index.js'
import { scratch } from '../engine/voice.js'

const root = scratch()
let opened: string[] = []
let disposed: string[] = []

beforeEach(() => {
  opened = []
  disposed = []
})

function voice(name: string, bytes = 10) {
  const folder = join(root, name)
  const file = join(folder, 'voice.json')
  mkdirSync(folder, { recursive: true })
  if (statSync(file, { throwIfNoEntry: false })?.size !== bytes) writeFileSync(file, 'x'.repeat(bytes))
  return { voice: folder }
}

/** A pool whose voices take 100 bytes when they are loaded; those called `broken` do not load. */
function pool(maxMemory: number): VoicePool {
  const open = ({ voice: folder = '' }: GptSovitsConfig): GptSovits => {
    const name = folder.split('/').at(-1) as string
    opened.push(name)
    const ready =
      name === 'broken'
        ? Promise.reject(new Error('broken'))
        : Promise.resolve({ version: 'v2', sampleRate: 32000, bytes: 100 })
    ready.catch(() => undefined)
    return { ready, dispose: async () => void disposed.push(name) } as unknown as GptSovits
  }
  return new VoicePool({ config: {}, maxMemory, open })
}

describe('a pool of voices', () => {
  it('loads a voice once for many at a time', async () => {
    const voices = pool(1000)
    const leases = await Promise.all([1, 2, 3].map(() => voices.acquire(voice('a'))))
    expect(new Set(leases.map(({ tts }) => tts)).size).toBe(1)
    expect(opened).toEqual(['a'])
    expect(voices.usage).toEqual({ voices: 1, bytes: 100 })
  })

  it('gives up the one that was used longest ago when another needs its place', async () => {
    const voices = pool(250)
    for (const name of ['a', 'b', 'a']) (await voices.acquire(voice(name))).release()
    const lease = await voices.acquire(voice('c', 100))
    expect(disposed).toEqual(['b'])
    lease.release()
    expect(voices.usage.bytes).toBeLessThanOrEqual(250)
  })

  it('never gives up one that is in use: who needs its place waits', async () => {
    const voices = pool(150)
    const first = await voices.acquire(voice('a'))
    let isThere = false
    const second = voices.acquire(voice('b', 100)).then((lease) => ((isThere = true), lease))
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect([isThere, disposed]).toEqual([false, []])
    first.release()
    expect((await second).key).toContain('/b/')
    expect(disposed).toEqual(['a'])
  })

  it('lets who waits give up', async () => {
    const voices = pool(150)
    await voices.acquire(voice('a'))
    const controller = new AbortController()
    const second = voices.acquire(voice('b', 100), controller.signal)
    setTimeout(() => controller.abort(new Error('left')), 5)
    await expect(second).rejects.toThrow('left')
  })

  it('refuses a voice that never fits, before it is loaded where its files say so', async () => {
    await expect(pool(50).acquire(voice('large', 60))).rejects.toMatchObject({ code: 'ERR_GSV_INSUFFICIENT_MEMORY' })
    expect(opened).toEqual([])
    await expect(pool(50).acquire(voice('a'))).rejects.toMatchObject({ code: 'ERR_GSV_INSUFFICIENT_MEMORY' })
    expect(disposed).toEqual(['a'])
  })

  it('tries again what did not load', async () => {
    const voices = pool(1000)
    for (let i = 0; i < 2; i++) await expect(voices.acquire(voice('broken'))).rejects.toThrow('broken')
    expect(opened).toEqual(['broken', 'broken'])
    expect(voices.usage.voices).toBe(0)
  })

  it('loads a voice anew when its files were replaced', async () => {
    const voices = pool(1000)
    ;(await voices.acquire(voice('a'))).release()
    ;(await voices.acquire(voice('a', 11))).release()
    expect(opened).toEqual(['a', 'a'])
  })

  it('gives everything back at the end', async () => {
    const voices = pool(1000)
    for (const name of ['a', 'b']) (await voices.acquire(voice(name))).release()
    await voices.dispose()
    expect(disposed).toEqual(['a', 'b'])
  })
})
