import { connect, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { tinyServer } from './harness.js'

const server = await tinyServer()
const port = Number(new URL(await server.listen()).port)

/** Sends bytes as they are, and resolves with what comes back until the server closes or has answered. */
function exchange(write: (socket: Socket) => void, at = port): Promise<string> {
  return new Promise((resolve) => {
    let said = ''
    const socket = connect(at, '127.0.0.1', () => write(socket))
    socket.on('data', (part) => {
      said += part.toString('latin1')
      if (said.includes('\r\n\r\n')) socket.end()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(said))
  })
}

const head = 'POST /tts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n'

describe('what is no proper HTTP', () => {
  it('is answered when a header is too large', async () => {
    const answer = await exchange((socket) => socket.write(`${head}x-long: ${'x'.repeat(65_536)}\r\n\r\n`))
    expect(answer).toMatch(/^HTTP\/1\.1 431 /)
  })

  it('is answered when a body has no end, as soon as it is too large', async () => {
    let sent = 0
    const answer = await exchange((socket) => {
      socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n`)
      const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`
      const more = (): void => {
        if (socket.destroyed || sent > 64 * 2 ** 20) return
        sent += 65_536
        socket.write(chunk, () => setImmediate(more))
      }
      more()
    })
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
    expect(sent).toBeLessThan(64 * 2 ** 20)
  })

  it('is answered when a body says that it is too large, before any of it comes', async () => {
    const answer = await exchange((socket) => socket.write(`${head}Content-Length: 1073741824\r\n\r\n`))
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
  })

  it.each([
    ['two lengths', `${head}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`],
    ['a length and chunks', `${head}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['no HTTP at all', 'hello\r\n\r\n']
  ])('is answered with 400 for %s', async (_what, bytes) => {
    expect(await exchange((socket) => socket.write(bytes))).toMatch(/^HTTP\/1\.1 400 /)
  })

  // The framework looks at its connections every 5 s.
  it('is cut off when it comes too slowly, head or body', async () => {
    const slow = await tinyServer()
    const at = Number(new URL(await slow.listen()).port)
    const { server: http } = slow.app
    expect([http.headersTimeout, http.requestTimeout]).toEqual([20_000, 60_000])
    Object.assign(http, { headersTimeout: 300, requestTimeout: 600 })
    const dribble = (bytes: string): Promise<string> =>
      exchange((socket) => {
        socket.write(bytes)
        const timer = setInterval(() => socket.write('x'), 50)
        socket.on('close', () => clearInterval(timer))
      }, at)
    const [slowHead, slowBody] = await Promise.all([
      dribble('POST /tts HTTP/1.1\r\nHost: localhost\r\nx-slow: '),
      dribble(`${head}Content-Length: 100000\r\n\r\n`)
    ])
    expect(slowHead).toMatch(/^HTTP\/1\.1 408 /)
    expect(slowBody).toMatch(/^HTTP\/1\.1 408 /)
    expect((await fetch(`http://127.0.0.1:${at}/health`)).status).toBe(200)
  }, 30_000)

  it('gives its place back when it is not read', async () => {
    const patient = await tinyServer({ timeoutSeconds: 2, concurrency: 1 })
    const at = Number(new URL(await patient.listen()).port)
    await patient.ready
    const body = JSON.stringify({ lang: 'en', stream: true, text: 'This is a sentence of some length. '.repeat(2000) })
    const stuck = connect(at, '127.0.0.1', () => stuck.write(`${head}Content-Length: ${body.length}\r\n\r\n${body}`))
    stuck.on('error', () => undefined)
    stuck.once('data', () => stuck.pause())
    await expect.poll(() => patient.load.running, { timeout: 20_000 }).toBe(1)
    await expect.poll(() => patient.load.running, { timeout: 30_000, interval: 50 }).toBe(0)
    expect((await fetch(`http://127.0.0.1:${at}/tts?lang=en&text=Hello.`)).status).toBe(200)
    stuck.destroy()
  }, 90_000)

  it('leaves the server as it was, also after 500 connections that say nothing', async () => {
    await Promise.all(
      Array.from({ length: 500 }, () => {
        const socket = connect(port, '127.0.0.1')
        return new Promise<void>((resolve) => {
          socket.on('connect', () => socket.destroy())
          socket.on('error', () => undefined)
          socket.on('close', () => resolve())
        })
      })
    )
    while ((await connections()) > 1) await new Promise((resolve) => setTimeout(resolve, 5))
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200)
    expect(server.load).toEqual({ running: 0, waiting: 0 })
  })
})

function connections(): Promise<number> {
  return new Promise((resolve, reject) =>
    server.app.server.getConnections((error, count) => (error ? reject(error) : resolve(count)))
  )
}
