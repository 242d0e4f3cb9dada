import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Expected, fetchFile, type FetchOptions } from '../../../../lib/store/download/index.js'
import { content, type Hub, sha256, startHub, wellBehaved } from './hub.js'

const MB = 1 << 20
const file = content(3 * MB + 17)
let hub: Hub
let folder: string
let target: string

beforeEach(async () => {
  hub = await startHub()
  folder = mkdtempSync(join(tmpdir(), 'gsv fetch 声 😀 '))
  target = join(folder, 'voice.ckpt')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function fetch(url: URL, expected: Expected = {}, options: FetchOptions = {}) {
  return fetchFile(url, target, expected, { retryMs: 1, stallSeconds: 5, segmentBytes: MB / 2, ...options })
}

const known: Expected = { sha256: sha256(file) }

/** The file is there, and nothing beside it. */
function expectInstalled(bytes = file): void {
  expect(sha256(readFileSync(target))).toBe(sha256(bytes))
  expect(readdirSync(folder)).toEqual(['voice.ckpt'])
}
function expectNothing(): void {
  expect(existsSync(target)).toBe(false)
}

describe('fetching a file', () => {
  it('fetches stretches of it side by side and puts them together', async () => {
    const url = hub.serve('/f', wellBehaved(file))
    const seen: number[] = []
    const fetched = await fetch(url, known, { onProgress: ({ doneBytes }) => void seen.push(doneBytes) })
    expect(fetched).toEqual({ bytes: file.length, sha256: known.sha256, verified: 'expected', resumed: false })
    expectInstalled()
    expect(hub.requests.filter(({ range }) => range !== 'bytes=0-0')).toHaveLength(4)
    expect(seen.at(-1)).toBe(file.length)
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
  })

  it('goes on where a cut connection ended', async () => {
    const url = hub.serve('/f', wellBehaved(file, { cutAfter: (n) => (n === 0 ? undefined : 100_000) }))
    await fetch(url, known)
    expectInstalled()
    const fetchedTwice = hub.requests.filter(({ range }) => range === 'bytes=0-0' || range?.startsWith('bytes=0-'))
    expect(fetchedTwice).toHaveLength(2) // the probe, and the first stretch once
  })

  it('goes on in the next run, from what the server still says is the same file', async () => {
    const half = wellBehaved(file, { cutAfter: (n) => (n === 0 ? undefined : n < 5 ? file.length / 8 : 0) })
    await expect(fetch(hub.serve('/f', half), known)).rejects.toThrow(/broke off.*run it again/)
    expectNothing()
    expect(existsSync(`${target}.part`)).toBe(true)
    hub.requests.length = 0
    const fetched = await fetch(hub.serve('/f', wellBehaved(file)), known)
    expect(fetched.resumed).toBe(true)
    expectInstalled()
    const asked = hub.requests.slice(1).map(({ range }) => /bytes=(\d+)-(\d+)/.exec(range ?? '')!)
    const bytes = asked.reduce((sum, [, from, to]) => sum + Number(to) - Number(from) + 1, 0)
    expect(bytes).toBeLessThan(file.length * 0.6)
  })

  it('begins anew when the file on the server is another one now', async () => {
    const half = wellBehaved(file, { cutAfter: (n) => (n === 0 ? undefined : n < 5 ? 1000 : 0) })
    await expect(fetch(hub.serve('/f', half))).rejects.toThrow()
    const other = content(file.length, 2)
    const fetched = await fetch(hub.serve('/f', wellBehaved(other)))
    expect(fetched.resumed).toBe(false)
    expectInstalled(other)
  })

  it('does not trust a part file that something else wrote', async () => {
    const url = hub.serve('/f', wellBehaved(file))
    writeFileSync(`${target}.part`, Buffer.alloc(file.length))
    const validator = `"${sha256(file).slice(0, 16)}"`
    const segments = [{ start: 0, end: file.length, done: file.length }]
    writeFileSync(`${target}.part.json`, JSON.stringify({ url: url.href, bytes: file.length, validator, segments }))
    await fetch(url, known)
    expectInstalled()
  })

  it.each(['{', '[]', '{"segments":[{"start":-1}]}', '{"segments":null}'])(
    'ignores a note it cannot read: %s',
    async (note) => {
      writeFileSync(`${target}.part`, Buffer.alloc(file.length))
      writeFileSync(`${target}.part.json`, note)
      await fetch(hub.serve('/f', wellBehaved(file)), known)
      expectInstalled()
    }
  )

  it('takes the whole file from a server that ignores ranges', async () => {
    const url = hub.serve('/f', (_, response) => response.end(file))
    const fetched = await fetch(url, known)
    expect(fetched.resumed).toBe(false)
    expectInstalled()
    expect(hub.requests).toHaveLength(1)
  })

  it('tries again when such a server cuts at half', async () => {
    const url = hub.serve('/f', (_, response, n) => {
      response.writeHead(200, { 'content-length': file.length })
      if (n > 0) response.end(file)
      else response.write(file.subarray(0, file.length / 2), () => setTimeout(() => response.destroy(), 5))
    })
    await fetch(url, known)
    expectInstalled()
  })

  it('refuses to believe a length that is too long', async () => {
    const url = hub.serve('/f', (_, response) => {
      response.writeHead(200, { 'content-length': file.length * 2 })
      response.write(file, () => setTimeout(() => response.destroy(), 5))
    })
    await expect(fetch(url)).rejects.toMatchObject({ code: 'ERR_GSV_DOWNLOAD' })
    expectNothing()
  })

  it('refuses a file cut short by its own length', async () => {
    const url = hub.serve('/f', (_, response) => {
      response.writeHead(200, { 'content-length': 1000 })
      response.end(file.subarray(0, 1000))
    })
    await expect(fetch(url, known)).rejects.toThrow(/SHA-256.*was expected/)
    expectNothing()
    expect(readdirSync(folder)).toEqual([])
  })

  it('refuses ranges of another total than the server told first', async () => {
    const longer = wellBehaved(content(file.length + 5000), { etag: `"${sha256(file).slice(0, 16)}"` })
    const url = hub.serve('/f', (request, response, n) => {
      const isProbe = request.headers.range === 'bytes=0-0'
      void (isProbe ? wellBehaved(file) : longer)(request, response, n)
    })
    await expect(fetch(url, known)).rejects.toThrow(/changed on the server/)
    expectNothing()
  })

  it('begins anew when the file grows between requests, and takes the longer one', async () => {
    const longer = content(file.length + 5000)
    const url = hub.serve('/f', (request, response, n) => wellBehaved(n < 2 ? file : longer)(request, response, n))
    await fetch(url)
    expectInstalled(longer)
  })

  it('names both hashes when the bytes are wrong, and leaves nothing', async () => {
    const url = hub.serve('/f', wellBehaved(content(file.length, 9)))
    await expect(fetch(url, known)).rejects.toThrow(new RegExp(`SHA-256 .*, ${known.sha256} was expected`))
    expect(readdirSync(folder)).toEqual([])
  })

  it('knows from the hub what a file should be', async () => {
    const store = await startHub()
    const blob = store.serve('/blob', wellBehaved(file))
    const wrong = store.serve('/wrong', wellBehaved(content(file.length, 3)))
    const to = (location: URL) =>
      hub.serve(`/hub${location.pathname}`, (_, response) => {
        const linked = { 'x-linked-etag': `"${known.sha256}"`, 'x-linked-size': String(file.length) }
        response.writeHead(302, { location: location.href, ...linked }).end()
      })
    expect(await fetch(to(blob))).toMatchObject({ verified: 'hub' })
    expectInstalled()
    rmSync(target)
    await expect(fetch(to(wrong))).rejects.toThrow(/was expected/)
    expectNothing()
  })

  it('says before fetching that the hub has another version', async () => {
    const url = hub.serve('/f', wellBehaved(file, { headers: { 'x-linked-etag': `"${'0'.repeat(64)}"` } }))
    await expect(fetch(url, known)).rejects.toThrow(/on the hub/)
    expect(hub.requests).toHaveLength(1)
  })

  it('checks a small file by its git hash', async () => {
    const text = Buffer.from('{"hidden_size": 768}\n')
    const gitSha1 = createHash('sha1').update(`blob ${text.length}\0`).update(text).digest('hex')
    await fetch(hub.serve('/config.json', wellBehaved(text)), { gitSha1 })
    expectInstalled(text)
    rmSync(target)
    await expect(fetch(hub.serve('/other', wellBehaved(Buffer.from('{}'))), { gitSha1 })).rejects.toThrow(/git hash/)
  })

  it('recognises a web page, by its type or its look', async () => {
    const page = '<!DOCTYPE html><html><body>Sign in</body></html>'
    const typed = hub.serve('/typed', (_, response) => response.setHeader('content-type', 'text/html').end(page))
    await expect(fetch(typed)).rejects.toThrow(/web page/)
    const untyped = hub.serve('/untyped', (_, response) => response.setHeader('content-length', page.length).end(page))
    await expect(fetch(untyped)).rejects.toThrow(/web page/)
    const pointer = Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n')
    await expect(fetch(hub.serve('/pointer', wellBehaved(pointer)))).rejects.toThrow(/LFS pointer/)
    expect(readdirSync(folder)).toEqual([])
  })

  it('gives up on redirects without end and to other schemes', async () => {
    const loop = hub.serve('/loop', (_, response) => response.writeHead(302, { location: '/loop' }).end())
    await expect(fetch(loop)).rejects.toThrow(/redirects more than 10 times/)
    const odd = hub.serve('/odd', (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end())
    await expect(fetch(odd)).rejects.toThrow(/no web address/)
  })

  it('tells its token to the hub alone', async () => {
    const store = await startHub()
    const blob = store.serve('/blob', wellBehaved(file))
    const url = hub.serve('/f', (_, response) => response.writeHead(302, { location: blob.href }).end())
    await fetch(url, known, { token: 'secret', tokenOrigin: hub.origin })
    expect(hub.requests.every(({ authorization }) => authorization === 'Bearer secret')).toBe(true)
    expect(store.requests.length).toBeGreaterThan(1)
    expect(store.requests.every(({ authorization }) => authorization === undefined)).toBe(true)
  })

  it('gives up on a server that says nothing, and on one that trickles', async () => {
    const silent = hub.serve('/silent', () => undefined)
    await expect(fetch(silent, {}, { stallSeconds: 0.05 })).rejects.toThrow(/no answer within 0.05 s/)
    const trickle = hub.serve('/trickle', (_, response) => {
      response.writeHead(200, { 'content-length': 1e6 })
      const timer = setInterval(() => response.write('x'), 10)
      response.on('close', () => clearInterval(timer))
    })
    await expect(fetch(trickle, {}, { stallSeconds: 0.05 })).rejects.toThrow(/next to nothing/)
    expectNothing()
  })

  it('keeps a deadline', async () => {
    const url = hub.serve('/f', (_, response) => {
      response.writeHead(200, { 'content-length': 1e9 })
      const timer = setInterval(() => response.write(Buffer.alloc(4096)), 2)
      response.on('close', () => clearInterval(timer))
    })
    await expect(fetch(url, {}, { timeoutSeconds: 0.2 })).rejects.toThrow(/did not arrive within 0.2 s/)
  })

  it('stops with the reason of a signal', async () => {
    const url = hub.serve('/f', (_, response) => void response.writeHead(200, { 'content-length': 1e9 }).flushHeaders())
    const stop = new AbortController()
    setTimeout(() => stop.abort(new Error('enough')), 50)
    await expect(fetch(url, {}, { signal: stop.signal })).rejects.toThrow('enough')
  })

  it('takes 416 for an empty file, and asks without a range otherwise', async () => {
    const empty = hub.serve('/empty', (_, response) => response.writeHead(416, { 'content-range': 'bytes */0' }).end())
    await expect(fetch(empty)).rejects.toThrow(/is empty/)
    const shy = hub.serve('/shy', (request, response) => {
      if (request.headers.range === undefined) response.setHeader('content-length', file.length).end(file)
      else response.writeHead(416, { 'content-range': `bytes */${file.length}` }).end()
    })
    await fetch(shy, known)
    expectInstalled()
  })

  it('begins anew after 416 for a stretch that was there before', async () => {
    const url = hub.serve('/f', (request, response, n) => {
      if (n === 1) response.writeHead(416).end()
      else wellBehaved(file)(request, response, n)
    })
    await fetch(url, known)
    expectInstalled()
  })

  it('reads gzip that nobody asked for, and refuses other encodings', async () => {
    const packed = gzipSync(file)
    const url = hub.serve('/f', (_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': packed.length })
      response.end(packed)
    })
    await fetch(url, known)
    expectInstalled()
    const odd = hub.serve('/br', (_, response) => response.writeHead(200, { 'content-encoding': 'br' }).end('x'))
    await expect(fetch(odd, known)).rejects.toThrow(/br encoded/)
  })

  it('stops a gzip that grows beyond the file', async () => {
    const bomb = gzipSync(Buffer.alloc(32 * MB))
    const url = hub.serve('/f', (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb))
    await expect(fetch(url, { ...known, bytes: file.length })).rejects.toThrow(/longer than/)
    expectNothing()
  })

  it('needs a length or a hash to know that a file is whole', async () => {
    const url = hub.serve('/f', (_, response) => {
      response.write(file)
      response.end()
    })
    await expect(fetch(url)).rejects.toThrow(/does not say how long/)
    await fetch(url, known)
    expectInstalled()
  })

  it('waits out 503 and 429, and does not repeat 404 and 401', async () => {
    const url = hub.serve('/f', (request, response, n) => {
      if (n < 3) response.writeHead(n === 1 ? 429 : 503, { 'retry-after': '0' }).end()
      else wellBehaved(file)(request, response, n)
    })
    await fetch(url, known)
    expectInstalled()
    hub.requests.length = 0
    await expect(fetch(new URL('/none', hub.origin))).rejects.toThrow(/answers 404/)
    const closed = hub.serve('/closed', (_, response) => response.writeHead(401).end())
    await expect(fetch(closed)).rejects.toThrow(/HF_TOKEN/)
    expect(hub.requests).toHaveLength(2)
  })

  it('says how much room is missing before it fetches anything', async () => {
    const url = hub.serve('/f', (_, response) => {
      response.writeHead(206, { 'content-range': `bytes 0-0/${2 ** 52}`, etag: '"x"' }).end('x')
    })
    await expect(fetch(url)).rejects.toThrow(/free and .* are needed/)
    expect(readdirSync(folder)).toEqual([])
  })
})
