import { connect, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { tinyServer } from './harness.js'

const server = await tinyServer()
const port = Number(new URL(await server.listen()).port)

/** Sends bytes as they are, and resolves with what comes back until the server closes or has answered. */
function exchange(write: (socket: Socket) => void): Promise<string> {
  return new Promise((resolve) => {
    let said = ''
    const socket = connect(port, '127.0.0.1', () => write(socket))
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
