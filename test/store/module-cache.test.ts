import { spawn } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { importCached } from '../../lib/store/import.js'
import { importVoice, listStored, removeStored, verifyStored } from '../../lib/store/index.js'
import { sha256 } from '../unit/store/download/hub.js'
import { tiny } from '../engine/voice.js'

let home: string
let cache: string

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'gsv-cache-'))
  cache = join(home, 'cache')
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const open = (sources = tiny) => importCached(sources, cache)
const hashOf = (path: string): string => sha256(readFileSync(path))

/** Imports, damages one module, and returns its path with its hash from before. */
async function damaged(damage: (module: string) => void): Promise<[string, string]> {
  const { s1 } = (await open()).voice.modules
  const hash = hashOf(s1)
  damage(s1)
  return [s1, hash]
}
const note = (module: string): string => module.replace(/\.pt$/, '.json')

describe('the cache of imported modules', () => {
  it('imports a network once, whatever its file is called', async () => {
    const first = await open()
    const times = Object.values(first.voice.modules).map((path) => statSync(path).mtimeMs)
    const other = { ...tiny, gpt: join(home, 'other.ckpt'), sovits: join(home, 'other.pth') }
    copyFileSync(tiny.gpt, other.gpt)
    copyFileSync(tiny.sovits, other.sovits)
    const second = await open(other)
    expect(second.voice.modules).toEqual(first.voice.modules)
    expect(Object.values(second.voice.modules).map((path) => statSync(path).mtimeMs)).toEqual(times)
    const { items } = await listStored(cache)
    expect(items.map(({ voices }) => voices)).toEqual(items.map(() => ['other.pth', 'voice.pth']))
  })

  it('imports anew what changed under its name, even with its size and time kept', async () => {
    const gpt = join(home, 'voice.ckpt')
    copyFileSync(tiny.gpt, gpt)
    const { atime, mtime } = statSync(gpt)
    const before = (await open({ ...tiny, gpt })).voice.modules.s1
    const bytes = readFileSync(gpt)
    const info = bytes.indexOf('GPT-e15')
    bytes.write('GPT-e16', info)
    writeFileSync(gpt, bytes)
    utimesSync(gpt, atime, mtime)
    await expect(open({ ...tiny, gpt })).rejects.toThrow(/checksum|CRC|corrupt/i) // seen: the file was read again
    expect(existsSync(before)).toBe(true)
  })

  it.each<[string, (module: string) => void]>([
    ['is cut', (module) => truncateSync(module, 1000)],
    ['is empty', (module) => truncateSync(module, 0)],
    ['is gone', (module) => unlinkSync(module)],
    [
      'has another byte',
      (module) => {
        const bytes = readFileSync(module)
        bytes[bytes.length >> 1]! ^= 1
        writeFileSync(module, bytes)
      }
    ],
    ['has no note', (module) => unlinkSync(note(module))],
    ['has half a note', (module) => truncateSync(note(module), 20)],
    ['has a note of another release', (module) => edit(note(module), { format: 99 })],
    ['was made on a machine of another byte order', (module) => edit(note(module), { byteOrder: 'BE' })]
  ])('makes a module again that %s', async (_, damage) => {
    const [module, hash] = await damaged(damage)
    expect((await open()).voice.modules.s1).toBe(module)
    expect(hashOf(module)).toBe(hash)
    expect((JSON.parse(readFileSync(note(module), 'utf8')) as { sha256: string }).sha256).toBe(hash)
  })

  it('is opened again without being read', async () => {
    const { s1 } = (await open()).voice.modules
    const { atimeMs } = statSync(s1)
    await open()
    const hashes = readdirSync(join(cache, 'hashes')).length
    await open()
    expect(readdirSync(join(cache, 'hashes'))).toHaveLength(hashes)
    expect(statSync(s1).atimeMs).toBe(atimeMs)
  })

  it('clears away what a killed process left, and not what a running one writes', async () => {
    const { s1 } = (await open()).voice.modules
    const dead = join(dirname(s1), `.${basename(s1)}.999999999.0123abcd`)
    const deadNote = join(dirname(s1), `.${basename(s1, '.pt')}.json.999999999.0123abcd`)
    const alive = join(dirname(s1), `.${basename(s1)}.${process.ppid}.0123abcd`)
    for (const path of [dead, deadNote, alive]) mkdirSync(path)
    unlinkSync(s1)
    await open()
    expect([dead, deadNote, alive].map((path) => existsSync(path))).toEqual([false, false, true])
  })

  it('is right when two processes import the same voice at once', async () => {
    const run = () => child('import', cache)
    const [first, second] = await Promise.all([run(), run()])
    expect(first).toEqual(second)
    expect((await verifyStored('all', cache)).every(({ fault }) => fault === undefined)).toBe(true)
    expect(readdirSync(join(cache, 'modules')).filter((name) => name.startsWith('.'))).toEqual([])
  })

  it('takes paths with spaces, 中文, emoji and 300 characters', async () => {
    const folder = join(home, 'a b 中文 😀', 'long '.repeat(30), 'länger '.repeat(25))
    mkdirSync(folder, { recursive: true })
    expect(folder.length).toBeGreaterThan(300)
    const sources = {
      gpt: join(folder, '声 音.ckpt'),
      sovits: join(folder, '声 音.pth'),
      hubert: join(folder, 'hubert 😀')
    }
    copyFileSync(tiny.gpt, sources.gpt)
    copyFileSync(tiny.sovits, sources.sovits)
    mkdirSync(sources.hubert)
    for (const name of readdirSync(tiny.hubert)) copyFileSync(join(tiny.hubert, name), join(sources.hubert, name))
    const { voice } = await importCached(sources, join(folder, 'cache'))
    for (const module of Object.values(voice.modules)) expect(existsSync(module)).toBe(true)
    await importVoice(sources, join(folder, 'out'))
  })

  it('says what to do when it cannot be written', async () => {
    writeFileSync(cache, 'a file')
    await expect(open()).rejects.toThrow(/GSV_CACHE_DIR/)
  })
})

describe('removing and verifying', () => {
  it('removes by name, by beginning, by voice, what nobody uses, and everything', async () => {
    await open()
    const count = async (): Promise<number> => (await listStored(cache)).items.length
    const [item] = (await listStored(cache)).items
    expect(await removeStored(['nothing'], cache)).toEqual([])
    expect(await removeStored([item!.name.slice(0, 12)], cache)).toHaveLength(1)
    await open()
    expect(await count()).toBe(3)
    await removeStored(['voice.pth'], cache)
    expect(await count()).toBe(0)
    const gone = { ...tiny, gpt: join(home, 'gone.ckpt') }
    copyFileSync(tiny.gpt, gone.gpt)
    await open(gone)
    await removeStored('unused', cache)
    expect(await count()).toBe(3)
    unlinkSync(gone.gpt)
    await removeStored('unused', cache)
    expect(await count()).toBe(0)
    await open()
    await removeStored('all', cache)
    expect(await count()).toBe(0)
    await open()
  })

  it('reads every byte, and has what is damaged made again', async () => {
    const { s1 } = (await open()).voice.modules
    const hash = hashOf(s1)
    const bytes = readFileSync(s1)
    bytes[bytes.length >> 1]! ^= 1
    writeFileSync(s1, bytes)
    const verified = await verifyStored('all', cache)
    expect(verified.filter(({ fault }) => fault !== undefined).map(({ item }) => item.path)).toEqual([s1])
    await open()
    expect(hashOf(s1)).toBe(hash)
    expect((await verifyStored('all', cache)).every(({ fault }) => fault === undefined)).toBe(true)
  })
})

function edit(path: string, change: object): void {
  writeFileSync(path, JSON.stringify({ ...(JSON.parse(readFileSync(path, 'utf8')) as object), ...change }))
}

/** Runs the child of the stress tests to its end; returns what it printed last. */
function child(...args: string[]): Promise<string> {
  const script = fileURLToPath(new URL('../stress/victim.ts', import.meta.url))
  return new Promise((resolve, reject) => {
    const started = spawn(process.execPath, ['--import', 'tsx', script, ...args], {
      stdio: ['pipe', 'pipe', 'inherit']
    })
    let said = ''
    started.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (said === 'ready\n') started.stdin.end('go\n')
    })
    started.on('close', (code) => (code === 0 ? resolve(said) : reject(new Error(`ended with ${code}: ${said}`))))
  })
}
