import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { createServer, type GptSovitsServer } from '../../lib/server/index.js'
import { reference, scratch, tiny } from '../engine/voice.js'
import { type Browser, chromiumPath, openBrowser } from './browser.js'

const cacheDir = scratch()
const closing: (() => Promise<unknown>)[] = []
let browser: Browser | undefined
afterAll(() => browser?.close())
afterAll(() => Promise.all(closing.map((close) => close())))

async function speaking(cors: readonly string[] = []): Promise<string> {
  const { gpt, sovits, hubert } = tiny
  const options = { port: 0, voice: { gpt, sovits }, reference, engine: { hubert, cacheDir }, cors }
  const server: GptSovitsServer = await createServer(options, {})
  closing.push(() => server.close())
  return server.listen()
}

/** A site of somebody else, on another port. */
async function otherSite(): Promise<string> {
  const server = createHttpServer((_, answer) => answer.setHeader('content-type', 'text/html').end('<p>Mine.</p>'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** What becomes of an `<audio>` with that source on that page: its length in seconds, or the error's message. */
async function heard(page: string, source: string, attributes: Record<string, string> = {}): Promise<number | string> {
  browser ??= await openBrowser()
  await browser.page.goto(page)
  return browser.page.evaluate(
    `new Promise((resolve) => {
        const audio = document.createElement('audio')
        for (const [name, value] of Object.entries(${JSON.stringify(attributes)})) audio.setAttribute(name, value)
        audio.addEventListener('ended', () => resolve(audio.currentTime))
        audio.addEventListener('error', () => resolve(audio.error.message))
        audio.src = ${JSON.stringify(source)}
        audio.muted = true
        audio.play().catch((error) => resolve(error.message))
      })`
  )
}

describe.skipIf(!chromiumPath)('an <audio> whose source is the server', () => {
  const path = '/tts?text=Hello+there.&lang=en&seed=1'

  it.each(['', '&format=mp3', '&stream=1', '&stream=1&format=ogg'])('plays on its own page: %s', async (query) => {
    const url = await speaking()
    expect(await heard(url, path + query)).toBeGreaterThan(0.3)
  })

  it.each<[string, (site: string) => string[], Record<string, string>, boolean]>([
    ['is refused', () => [], {}, false],
    ['is refused where another page is named', () => ['https://app.example'], {}, false],
    ['plays where that page is named', (site) => [site], {}, true],
    ['plays with crossorigin where that page is named', (site) => [site], { crossorigin: 'anonymous' }, true]
  ])("on somebody else's page %s", async (_, named, attributes, plays) => {
    const site = await otherSite()
    const told = await heard(site, (await speaking(named(site))) + path, attributes)
    if (plays) expect(told).toBeGreaterThan(0.3)
    else expect(told).toEqual(expect.any(String))
  })
})
