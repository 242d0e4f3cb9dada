import { request } from 'node:http'
import { afterAll, describe, expect, it } from 'vitest'
import { tinyServer } from './harness.js'
import { quantile, speakAll } from './load.js'

// GSV_REQUESTS=1000 GSV_HANG_UPS=200 for a longer look; `npm run stress` does.
const requests = Number(process.env['GSV_REQUESTS'] ?? 60)
const hangUps = Number(process.env['GSV_HANG_UPS'] ?? 30)

const server = await tinyServer()
const base = await server.listen()
await server.ready

describe('32 clients at once', () => {
  it('each hear what they would hear alone', async () => {
    const { failures, differences, answered } = await speakAll(base, { clients: 32, requests })
    expect(failures).toEqual([])
    expect(differences).toEqual([])
    expect(answered).toBe(requests)
    expect(server.load).toEqual({ running: 0, waiting: 0 })
  }, 600_000)
})

describe('a client that hangs up', () => {
  const long = `${base}/tts?lang=en&stream=1&text=${encodeURIComponent('This is a sentence of some length. '.repeat(40))}`

  it('is left within 250 ms, at any moment, and the next one is heard', async () => {
    const delays: number[] = []
    for (let i = 0; i < hangUps; i++) {
      const isSoon = i % 3 === 0
      const sent = request(isSoon ? long.replace('stream=1', 'stream=0') : long, { agent: false })
      sent.on('error', () => undefined)
      const begun = new Promise<void>((resolve) =>
        sent.on('response', (answer) => answer.once('data', () => resolve()))
      )
      sent.end()
      // Before the first sound while it is spoken whole, after the first sound while it is streamed.
      if (isSoon) while (server.load.running === 0) await pause(2)
      else await begun
      const hungUp = performance.now()
      sent.destroy()
      while (server.load.running > 0) await pause(1)
      delays.push(performance.now() - hungUp)
    }
    console.log(`cancelled in ${quantile(delays, 0.5).toFixed(1)} ms, p99 ${quantile(delays, 0.99).toFixed(1)} ms`)
    expect(quantile(delays, 0.99)).toBeLessThan(250)
    expect((await fetch(`${base}/tts?text=Hello.&lang=en`)).status).toBe(200)
  }, 600_000)

  it('gives its place in the queue to the next', async () => {
    const narrow = await tinyServer({ concurrency: 1, maxQueue: 1 })
    const url = `${await narrow.listen()}${new URL(long).pathname}${new URL(long).search}`
    const speaking = request(url, { agent: false }).on('error', () => undefined)
    speaking.end()
    while (narrow.load.running === 0) await pause(2)
    const waiting = request(url, { agent: false }).on('error', () => undefined)
    waiting.end()
    while (narrow.load.waiting === 0) await pause(2)
    expect((await fetch(url)).status).toBe(503)
    waiting.destroy()
    while (narrow.load.waiting > 0) await pause(2)
    speaking.destroy()
    while (narrow.load.running > 0) await pause(2)
  })
})

describe('more than fit', () => {
  it('are told so at once, and those that fit are all heard', async () => {
    let letGo = (): void => undefined
    const held = new Promise<void>((resolve) => (letGo = resolve))
    const busy = await tinyServer(
      { concurrency: 4, maxQueue: 32 },
      {
        async *speak(asked, signal, speak) {
          for await (const part of speak(asked, signal)) {
            await held
            yield part
          }
        }
      }
    )
    const url = await busy.listen()
    let refused = 0
    const answers = Array.from({ length: 64 }, async (_, i) => {
      const begun = performance.now()
      const answer = await fetch(`${url}/tts?text=Hello.&lang=en&seed=${i}`)
      const { status } = answer
      if (status === 503) refused++
      return {
        status,
        milliseconds: performance.now() - begun,
        retry: answer.headers.get('retry-after'),
        body: await answer.arrayBuffer()
      }
    })
    while (refused < 28) await pause(2) // 4 speak, 32 wait
    letGo()
    const all = await Promise.all(answers)
    const turned = all.filter(({ status }) => status === 503)
    expect(turned).toHaveLength(28)
    expect(turned.every(({ retry }) => retry === '1')).toBe(true)
    expect(all.filter(({ status }) => status === 200)).toHaveLength(36)
    console.log(`turned away in ${Math.max(...turned.map(({ milliseconds }) => milliseconds)).toFixed(0)} ms at most`)
  }, 120_000)
})

describe('a deadline', () => {
  it('ends a request that has not been heard in time', async () => {
    const slow = await tinyServer(
      { timeoutSeconds: 1 },
      {
        async *speak(asked, signal, speak) {
          await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
          yield* speak(asked, signal)
        }
      }
    )
    const url = await slow.listen()
    const [a, b, c] = await Promise.all([
      fetch(`${url}/tts?text=Hello.`),
      fetch(`${url}/tts?text=Hello.&text_lang=en&prompt_lang=en&ref_audio_path=package.json`),
      fetch(`${url}/v1/audio/speech`, { method: 'POST', body: '{"model":"tts-1","voice":"alloy","input":"x"}' })
    ])
    expect([a.status, b.status, c.status]).toEqual([504, 504, 504])
    expect(await a.json()).toMatchObject({ status_code: 504, code: 'ERR_GSV_DEADLINE' })
    expect(await c.json()).toMatchObject({ error: { code: 'timeout', type: 'server_error' } })
  })
})

describe('closing', () => {
  it('lets those be heard who are there, and turns others away', async () => {
    const closing = await tinyServer()
    const url = await closing.listen()
    await closing.ready
    const heard = fetch(`${url}/tts?lang=en&seed=1&text=${encodeURIComponent('One more sentence. '.repeat(4))}`)
    while (closing.load.running === 0) await pause(2)
    const closed = closing.close()
    expect((await fetch(`${url}/tts?text=Hello.`)).status).toBe(503)
    expect((await fetch(`${url}/ready`)).status).toBe(503)
    const answer = await heard
    expect(answer.status).toBe(200)
    expect((await answer.arrayBuffer()).byteLength).toBe(Number(answer.headers.get('content-length')))
    await closed
    await expect(fetch(`${url}/health`)).rejects.toThrow()
  })

  it('cuts off what takes too long', async () => {
    const closing = await tinyServer()
    const url = await closing.listen()
    const heard = fetch(`${url}/tts?lang=en&text=${encodeURIComponent('One more sentence. '.repeat(400))}`).catch(
      (error: unknown) => error
    )
    while (closing.load.running === 0) await pause(2)
    const begun = performance.now()
    await closing.close({ graceMs: 50 })
    expect(performance.now() - begun).toBeLessThan(2000)
    await heard
  })
})

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

afterAll(() => server.close({ graceMs: 0 }))
