import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hubOf, parseAddress } from '../../../lib/store/hub.js'
import { findPulled, pull, type PullOptions } from '../../../lib/store/index.js'
import { pulledFolder } from '../../../lib/store/pulled.js'
import { content, type Hub, sha256, startHub, wellBehaved } from './download/hub.js'

let hub: Hub
let cacheDir: string
const gpt = content(40_000)
const sovits = content(50_000, 2)

beforeEach(async () => {
  hub = await startHub()
  cacheDir = mkdtempSync(join(tmpdir(), 'gsv-pull-'))
})
afterEach(() => rmSync(cacheDir, { recursive: true, force: true }))

const fetch = (what: string | string[], options: PullOptions = {}) =>
  pull(what, { hub: hub.origin, cacheDir, retryMs: 1, ...options })

function serveRepository(repository: string, files: Record<string, Buffer>): void {
  const listing = Object.entries(files).map(([path, bytes]) => ({
    type: 'file',
    path,
    size: bytes.length,
    oid: createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex'),
    ...(/\.(ckpt|pth|tar)$/.test(path) ? { lfs: { oid: sha256(bytes), size: bytes.length } } : {})
  }))
  hub.serve(`/api/models/${repository}/tree/main?recursive=true`, wellBehaved(Buffer.from(JSON.stringify(listing))))
  for (const [path, bytes] of Object.entries(files)) {
    hub.serve(`/${repository}/resolve/main/${path.split('/').map(encodeURIComponent).join('/')}`, wellBehaved(bytes))
  }
}

describe('pulling a voice', () => {
  it('takes the pair of a repository, its recordings and what they say, checked by the hub', async () => {
    const said = Buffer.from('你好')
    const files = {
      'v/声音=1.ckpt': gpt,
      'v/声音.pth': sovits,
      'v/a.wav': content(900),
      'v/a.txt': said,
      'README.md': said
    }
    serveRepository('me/voice', files)
    const [pulled] = await fetch('me/voice')
    expect(pulled!.files.map(({ name, verified }) => [name, verified])).toEqual([
      ['声音=1.ckpt', 'hub'],
      ['声音.pth', 'hub'],
      ['a.wav', 'hub'],
      ['a.txt', 'hub']
    ])
    expect(readFileSync(join(pulled!.folder, '声音=1.ckpt')).equals(gpt)).toBe(true)
    expect(readdirSync(pulled!.folder)).toHaveLength(5)
    hub.requests.length = 0
    expect(await fetch('me/voice')).toEqual([pulled])
    expect(hub.requests).toHaveLength(1) // the listing; a second call fetches nothing
  })

  it('takes one file, or one .tar', async () => {
    serveRepository('me/many', { 'a.ckpt': gpt, 'b.ckpt': gpt, 'b.pth': sovits })
    await expect(fetch('me/many')).rejects.toThrow(/more than one voice.*\n {2}me\/many\/a\.ckpt/)
    const [pair] = await fetch(['me/many/b.ckpt', 'me/many/b.pth'])
    expect(pair!.files.map(({ name }) => name)).toEqual(['b.ckpt', 'b.pth'])
    serveRepository('me/packed', { 'voice.tar': gpt, 'old.ckpt': gpt, 'old.pth': sovits })
    const [packed] = await fetch('me/packed')
    expect(packed!.files.map(({ name }) => name)).toEqual(['voice.tar'])
  })

  it('refuses what the hub says is another file', async () => {
    serveRepository('me/voice', { 'a.ckpt': gpt, 'a.pth': sovits })
    hub.serve('/me/voice/resolve/main/a.pth', wellBehaved(content(sovits.length, 7)))
    await expect(fetch('me/voice')).rejects.toThrow(/SHA-256/)
    const [folder] = readdirSync(join(cacheDir, 'pulled', 'voices'))
    expect(readdirSync(join(cacheDir, 'pulled', 'voices', folder!))).toEqual(['a.ckpt'])
    serveRepository('me/voice', { 'a.ckpt': gpt, 'a.pth': sovits })
    await fetch('me/voice')
  })

  it('takes files by their web addresses, checked by a hash that the user gives', async () => {
    const url = hub.serve('/files/%E5%A3%B0.ckpt', wellBehaved(gpt))
    const [pulled] = await fetch(url.href, { sha256: sha256(gpt) })
    expect(pulled!.files).toMatchObject([{ name: '声.ckpt', verified: 'expected' }])
    const [unverified] = await fetch(hub.serve('/files/b.ckpt', wellBehaved(gpt)).href)
    expect(unverified!.files).toMatchObject([{ verified: 'no' }])
    await expect(fetch(hub.serve('/c.ckpt', wellBehaved(gpt)).href, { sha256: '0'.repeat(64) })).rejects.toThrow(
      /SHA-256/
    )
    await expect(fetch(`${hub.origin}/a.exe`)).rejects.toThrow(/does not end with/)
  })

  it('fetches once when two ask at the same time', async () => {
    serveRepository('me/voice', { 'a.ckpt': gpt, 'a.pth': sovits })
    await Promise.all([fetch('me/voice'), fetch('me/voice')])
    expect(hub.requests.filter(({ path, range }) => path.endsWith('a.pth') && range !== 'bytes=0-0')).toHaveLength(1)
  })

  it('keeps names from leaving the folder', async () => {
    serveRepository('me/voice', { '../../evil.ckpt': gpt, 'a.pth': sovits })
    await expect(fetch('me/voice')).rejects.toThrow(/half of one/)
    expect(existsSync(join(cacheDir, 'evil.ckpt'))).toBe(false)
  })
})

describe('pulling base files', () => {
  it('asks the hub for the published commit, and refuses another content', async () => {
    const base = '/lj1995/GPT-SoVITS/resolve/336b2ec4e8d4ac74740798dd40af44e74659ecaf'
    hub.serve(`${base}/gsv-v4-pretrained/vocoder.pth`, wellBehaved(gpt))
    await expect(fetch('v4-vocoder')).rejects.toThrow(/has 40000 bytes, 57781109 were expected/)
    hub.serve(`${base}/s2G488k.pth`, wellBehaved(gpt))
    const s1 = `${base}/s1bert25hz-2kh-longer-epoch%3D68e-step%3D50232.ckpt`
    hub.serve(s1, wellBehaved(gpt))
    await expect(fetch('v1-base')).rejects.toThrow(/SHA-256 .* b1c1e17e9c99547a8/)
    expect(hub.requests.map(({ path }) => path)).toContain(s1)
    expect(readdirSync(join(cacheDir, 'pulled', 'v1-base'))).toEqual([])
  })

  it('finds what was pulled, and only while it is whole', async () => {
    expect(await findPulled('speaker', cacheDir)).toBeUndefined()
    const folder = pulledFolder('speaker', cacheDir)
    const name = 'pretrained_eres2netv2w24s4ep4.ckpt'
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, name), gpt)
    expect(await findPulled('speaker', cacheDir)).toBeUndefined()
    const files = [{ name, bytes: gpt.length, sha256: sha256(gpt), verified: 'expected', source: '' }]
    writeFileSync(join(folder, 'pulled.json'), JSON.stringify({ format: 1, name: 'speaker', files }))
    expect(await findPulled('speaker', cacheDir)).toBe(join(folder, name))
    writeFileSync(join(folder, name), gpt.subarray(1))
    expect(await findPulled('speaker', cacheDir)).toBeUndefined()
  })
})

describe('addresses', () => {
  const home = hubOf(undefined, {})
  it.each([
    ['a/b', { kind: 'repository', repository: 'a/b', revision: 'main', path: '' }],
    ['a/b@v2', { kind: 'repository', repository: 'a/b', revision: 'v2', path: '' }],
    ['a/b/c d/声.ckpt', { kind: 'repository', repository: 'a/b', revision: 'main', path: 'c d/声.ckpt' }],
    ['https://huggingface.co/a/b', { kind: 'repository', repository: 'a/b', revision: 'main', path: '' }],
    ['https://huggingface.co/a/b/tree/r1/sub', { kind: 'repository', repository: 'a/b', revision: 'r1', path: 'sub' }],
    [
      'https://huggingface.co/a/b/blob/main/x%3D1.ckpt',
      { kind: 'repository', repository: 'a/b', revision: 'main', path: 'x=1.ckpt' }
    ]
  ])('reads %s', (text, address) => {
    expect(parseAddress(text, home)).toEqual(address)
  })

  it.each(['hubertt', '../x/y', 'a/../b', 'a/b/../../c', 'ftp://x/y.ckpt', 'a/b/c\0d', ''])('refuses %j', (text) => {
    expect(() => parseAddress(text, home)).toThrow(/gpt-sovits pull --list/)
  })

  it('takes the hub from the option, GSV_HUB, HF_ENDPOINT, in this order', () => {
    const env = { GSV_HUB: 'https://a.example/', HF_ENDPOINT: 'https://b.example', HF_TOKEN: 't' }
    expect(hubOf('http://c.example', env)).toEqual({ base: 'http://c.example', origin: 'http://c.example' })
    expect(hubOf(undefined, env)).toEqual({ base: 'https://a.example', origin: 'https://a.example', token: 't' })
    expect(hubOf(undefined, { HF_ENDPOINT: 'https://b.example' }).base).toBe('https://b.example')
    expect(hubOf(undefined, {}).base).toBe('https://huggingface.co')
    expect(() => hubOf('hub', {})).toThrow(/web address/)
  })
})
