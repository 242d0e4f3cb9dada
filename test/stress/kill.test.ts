// Kills a process at random moments of an import, a download and a write, and looks whether the next one is right. Each
// victim is a process of its own, since nothing of it may live on. GSV_KILLS sets how often.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { importCached } from '../../lib/store/import.js'
import { pull, verifyStored } from '../../lib/store/index.js'
import { readNote } from '../../lib/store/module-cache.js'
import { readPulled } from '../../lib/store/pulled.js'
import { writeLargeHubert } from '../store/large-hubert.js'
import { tiny } from '../engine/voice.js'
import { content, type Hub, sha256, startHub, wellBehaved } from '../unit/store/download/hub.js'

const usual = process.env['npm_lifecycle_event'] === 'stress:kill' ? 50 : 5
const kills = Number(process.env['GSV_KILLS'] ?? usual)
// For a machine that is busy with other things as well.
const patience = 60_000 + kills * 90_000
const script = fileURLToPath(new URL('./victim.ts', import.meta.url))

let home: string
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'gsv-kill-'))
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

interface Victim {
  readonly process: ChildProcess
  readonly ready: Promise<void>
  readonly ended: Promise<void>
}

function start(...args: string[]): Victim {
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
  const ready = new Promise<void>((resolve, reject) => {
    child.stdout!.on('data', () => resolve())
    child.on('close', () => reject(new Error('the victim did not get ready')))
  })
  ready.catch(() => undefined)
  return { process: child, ready, ended }
}

/** How long the deed takes when nobody interferes, in ms: the shorter of two times. */
async function lifetime(again: () => void, ...args: string[]): Promise<number> {
  const first = await lifetimeOnce(args)
  again()
  return Math.min(first, await lifetimeOnce(args))
}

async function lifetimeOnce(args: readonly string[]): Promise<number> {
  const victim = start(...args)
  await victim.ready
  const begun = performance.now()
  victim.process.stdin!.write('go\n')
  await victim.ended
  return performance.now() - begun
}

/** Lets victims begin and kills each after a random part of `life`; the next one gets ready meanwhile. */
async function killing(life: number, args: string[], check: (kill: number) => Promise<string>): Promise<void> {
  const landed = new Map<string, number>()
  let next = start(...args)
  for (let kill = 0; kill < kills; kill++) {
    const victim = next
    await victim.ready
    const after = Math.random() * life
    victim.process.stdin!.write('go\n')
    await new Promise((resolve) => setTimeout(resolve, after))
    victim.process.kill('SIGKILL')
    await victim.ended
    if (kill + 1 < kills) next = start(...args)
    try {
      const where = await check(kill)
      landed.set(where, (landed.get(where) ?? 0) + 1)
    } catch (error) {
      ;(error as Error).message += ` (kill ${kill} after ${after.toFixed(1)} ms)`
      throw error
    }
  }
  const places = [...landed].sort().map(([where, count]) => `${count} ${where}`)
  process.stdout.write(`  ${kills} kills of ${args[0]!} (${life.toFixed(0)} ms): ${places.join(', ')}\n`)
}

describe('after kill -9', () => {
  it('in an import, no half module is trusted, and the next import is right', { timeout: patience }, async () => {
    const hubert = writeLargeHubert(join(home, 'hubert'), kills > 5 ? 16_384 : 4096)
    const cache = join(home, 'cache')
    const sources = { ...tiny, hubert }
    const right = Object.values((await importCached(sources, join(home, 'right'))).voice.modules).map(hashOf)
    const timed = join(home, 'timed')
    const life = await lifetime(() => rmSync(timed, { recursive: true }), 'import', timed, hubert)
    await killing(life, ['import', cache, hubert], async () => {
      const where = await whereInImport(join(cache, 'modules'))
      const { voice } = await importCached(sources, cache)
      expect(Object.values(voice.modules).map(hashOf)).toEqual(right)
      expect((await verifyStored('all', cache)).filter(({ fault }) => fault !== undefined)).toEqual([])
      expect(readdirSync(join(cache, 'modules')).filter((name) => name.startsWith('.'))).toEqual([])
      rmSync(join(cache, 'modules'), { recursive: true })
      return where
    })
  })

  it('in a download, no half file is trusted, and the next one goes on', { timeout: patience }, async () => {
    const files = { 'v.ckpt': content(3 << 20), 'v.pth': content(2 << 20, 5) }
    const hub = await slowHub(files)
    const cacheDir = join(home, 'pulls')
    const timed = join(home, 'timed-pull')
    const life = await lifetime(() => rmSync(timed, { recursive: true }), 'pull', timed, hub.origin, 'me/voice')
    let resumed = 0
    await killing(life, ['pull', cacheDir, hub.origin, 'me/voice'], async () => {
      const folder = pulledOnce(cacheDir)
      const trusted = folder === undefined ? undefined : await readPulled(folder)
      const named = folder === undefined ? [] : readdirSync(folder).filter((name) => Object.hasOwn(files, name))
      // Under its own name a file is whole; only both together are a voice.
      for (const name of named as (keyof typeof files)[]) expect(hashOf(join(folder!, name))).toBe(sha256(files[name]))
      if (trusted) expect(named).toHaveLength(2)
      const isHalf = folder !== undefined && existsSync(join(folder, `v.${named.length === 0 ? 'ckpt' : 'pth'}.part`))
      hub.requests.length = 0
      const [pulled] = await pull('me/voice', { cacheDir, hub: hub.origin, retryMs: 5, segmentBytes: 1 << 20 })
      for (const { name } of pulled!.files) {
        expect(hashOf(join(pulled!.folder, name))).toBe(sha256(files[name as keyof typeof files]))
      }
      expect(readdirSync(pulled!.folder).sort()).toEqual(['pulled.json', 'v.ckpt', 'v.pth'])
      const starts = hub.requests.map(({ range }) => Number(/bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0))
      if (isHalf && starts.some((at) => at % (1 << 20) !== 0)) resumed++
      rmSync(pulled!.folder, { recursive: true })
      if (trusted) return 'after the note'
      if (named.length === 2) return 'before the note'
      return isHalf ? `in file ${named.length + 1}` : named.length === 0 ? 'before the first file' : 'between the files'
    })
    process.stdout.write(`  ${resumed} of the next downloads went on within a stretch\n`)
  })

  it('in a write, a file is the old one or the new one', { timeout: patience }, async () => {
    const path = join(home, 'written')
    const megabytes = kills > 5 ? 32 : 8
    const [before, after] = [Buffer.alloc(megabytes << 20, 0x11), Buffer.alloc(megabytes << 20, 0xa5)]
    const timed = join(home, 'timed-write')
    const life = await lifetime(() => rmSync(timed), 'write', timed, String(megabytes))
    await killing(life, ['write', path, String(megabytes)], async () => {
      const found = existsSync(path) ? readFileSync(path) : undefined
      const isNew = found?.equals(after) === true
      expect(isNew || found === undefined || found.equals(before)).toBe(true)
      const isHalf = readdirSync(home).some((name) => name.startsWith('.written.'))
      for (const name of readdirSync(home)) if (name.startsWith('.written.')) rmSync(join(home, name))
      writeFileSync(path, before)
      return isNew ? 'after' : isHalf ? 'in the middle' : 'before'
    })
  })
})

const hashOf = (path: string): string => sha256(readFileSync(path))

async function whereInImport(modules: string): Promise<string> {
  const names = existsSync(modules) ? readdirSync(modules) : []
  const whole: string[] = []
  for (const name of names.filter((each) => /^[^.].*\.pt$/.test(each))) {
    if (!(await readNote(join(modules, name)))) return 'between a module and its note'
    whole.push(name)
  }
  const scratch = names.find((name) => name.startsWith('.') && !name.includes('.json.'))
  if (scratch) return `in module ${whole.length + 1} of 3 (${scratch.split('-')[0]!.slice(1)})`
  return whole.length === 3 ? 'after the last module' : `before module ${whole.length + 1} of 3`
}

function pulledOnce(cacheDir: string): string | undefined {
  const voices = join(cacheDir, 'pulled', 'voices')
  const [name] = existsSync(voices) ? readdirSync(voices) : []
  return name === undefined ? undefined : join(voices, name)
}

/** About 2 MB/s on each connection, so that kills land in the middle. */
async function slowHub(files: Record<string, Buffer>): Promise<Hub> {
  const hub = await startHub()
  const listing = Object.entries(files).map(([path, bytes]) => {
    return { type: 'file', path, size: bytes.length, lfs: { oid: sha256(bytes), size: bytes.length } }
  })
  hub.serve('/api/models/me/voice/tree/main?recursive=true', wellBehaved(Buffer.from(JSON.stringify(listing))))
  for (const [path, bytes] of Object.entries(files)) {
    hub.serve(`/me/voice/resolve/main/${path}`, (request, response, n) =>
      wellBehaved(bytes)(request, slow(response), n)
    )
  }
  return hub
}

function slow(response: ServerResponse): ServerResponse {
  const end = response.end.bind(response)
  response.end = ((body?: Buffer) => {
    const send = (at: number): void => {
      if (!body || at >= body.length || response.destroyed) return void end()
      response.write(body.subarray(at, at + 10_000))
      setTimeout(() => send(at + 10_000), 5)
    }
    send(0)
    return response
  }) as typeof response.end
  return response
}
