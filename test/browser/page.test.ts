import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { decodeAudio } from '../../lib/audio/index.js'
import { createServer, type GptSovitsServer } from '../../lib/server/index.js'
import { reference, scratch, tiny } from '../engine/voice.js'
import { type Browser, chromiumPath, openBrowser, picture } from './browser.js'

// The page as people have it: a real browser, the real server, the tiny voice. Without a browser nothing here can be told.
const title = chromiumPath ? 'the page' : 'the page (skipped: no chromium was found; apt install chromium)'

describe.skipIf(!chromiumPath)(title, () => {
  const cacheDir = scratch()
  let server: GptSovitsServer
  let url: string
  let browser: Browser
  /** Holds back every sentence after the first until the test lets it go. */
  let gate: { promise: Promise<void>; open(): void } | undefined

  function closedGate(): { promise: Promise<void>; open(): void } {
    let open: () => void = () => undefined
    const promise = new Promise<void>((resolve) => (open = resolve))
    return { promise, open }
  }

  beforeAll(async () => {
    const { gpt, sovits, hubert } = tiny
    server = await createServer(
      { port: 0, voice: { gpt, sovits }, reference, engine: { hubert, cacheDir } },
      {
        async *speak(request, signal, speak) {
          let count = 0
          for await (const part of speak(request, signal)) {
            if (count++ > 0) await gate?.promise
            yield part
          }
        }
      }
    )
    url = await server.listen()
    await server.ready
  })
  afterAll(() => server?.close())

  beforeEach(async () => {
    gate = undefined
    browser = await openBrowser()
    await browser.page.goto(url)
    await browser.page.locator('#voice option').first().waitFor({ state: 'attached' })
  })
  afterEach(() => browser.close())

  const text = (id: string): Promise<string> => browser.page.locator(`#${id}`).innerText()
  const position = async (): Promise<number> => Number(await browser.page.locator('#position').inputValue())
  const speak = async (words: string): Promise<void> => {
    await browser.page.fill('#text', words)
    await browser.page.click('#speak')
  }
  const spoken = (): Promise<void> => browser.page.locator('#download').waitFor()

  it('turns a text into sound, which is heard, listed and can be kept', async () => {
    const { page, complaints } = browser
    await speak('Hello there. How are you today?')
    await page.locator('#sentences button').nth(1).waitFor()
    await expect.poll(position).toBeGreaterThan(0)
    await picture(page, 'speaking')
    await spoken()
    expect(await page.locator('#sentences button').allInnerTexts()).toEqual(['Hello there.', 'How are you today?'])
    expect(await text('status')).toMatch(/^\d+\.\d s of speech, seed \d+\.$/)
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('#download')])
    expect(download.suggestedFilename()).toBe('speech.wav')
    const { samples, sampleRate, seconds } = await decodeAudio(new Uint8Array(readFileSync(await download.path())))
    expect(sampleRate).toBe(32000)
    expect(seconds).toBeCloseTo(Number.parseFloat(await text('status')), 1)
    expect(samples[0]?.some((sample) => Math.abs(sample) > 0.01)).toBe(true)
    await expect.poll(() => page.locator('#play').innerText(), { timeout: 20_000 }).toBe('Play')
    expect(complaints).toEqual([])
  })

  it('is heard before the last sentence is made', async () => {
    gate = closedGate()
    await speak('First one. Then another. And a third.')
    await browser.page.locator('#sentences button').first().waitFor()
    await expect.poll(position).toBeGreaterThan(0)
    expect(await browser.page.locator('#sentences [aria-current=true]').innerText()).toBe('First one.')
    expect(await browser.page.locator('#sentences button').count()).toBe(1)
    expect(await browser.page.locator('#download').isVisible()).toBe(false)
    gate.open()
    await spoken()
    expect(await browser.page.locator('#sentences button').count()).toBe(3)
  })

  it('copies the voice of a recording that is made here', async () => {
    const { page, complaints } = browser
    await page.click('#record')
    await expect.poll(() => text('record-time'), { timeout: 20_000 }).toMatch(/^([4-9]|3\.[3-9])/)
    await picture(page, 'recording')
    await page.click('#record')
    await page.locator('#reference').waitFor()
    expect(await page.locator('#preview').getAttribute('src')).toMatch(/^blob:/)
    await page.fill('#said', 'Beep, beep.')
    await speak('In that voice.')
    await spoken()
    expect(await text('curl')).toMatch(/"voice":"upload:[0-9a-f]{32}".*"prompt_text":"Beep, beep\."/)
    await page.click('#forget')
    expect(await page.locator('#reference').isVisible()).toBe(false)
    expect(complaints).toEqual([])
  })

  it('takes a file, whatever its name, and says what is wrong with another', async () => {
    const { page } = browser
    const buffer = readFileSync(reference.audio)
    await page.setInputFiles('#file', { name: '<img src=x onerror=alert(1)>.wav', mimeType: 'audio/wav', buffer })
    await page.locator('#reference').waitFor()
    await page.setInputFiles('#file', { name: 'song.wav', mimeType: 'audio/wav', buffer: Buffer.from('no sound') })
    await page.locator('#error').waitFor()
    expect(await text('error')).toMatch(/text, which is not read; WAV, FLAC, MP3/)
  })

  it('shows what went wrong, and goes on', async () => {
    const { page } = browser
    await speak('...')
    await page.locator('#error').waitFor()
    expect(await text('error')).toMatch(/nothing that can be spoken/)
    await picture(page, 'error')
    await page.fill('#text', '   ')
    await page.click('#speak')
    expect(await text('error')).toBe('Type a text first.')
    await page.click('summary')
    await page.fill('#temperature', '7')
    await speak('Hello.')
    expect(await text('error')).toMatch(/^Temperature: /)
    await page.fill('#temperature', '')
    await speak('Hello.')
    await spoken()
    expect(await page.locator('#error').isVisible()).toBe(false)
  })

  it('shows markup as text', async () => {
    const { page, complaints } = browser
    let dialogs = 0
    page.on('dialog', (dialog) => (dialogs++, dialog.dismiss()))
    await speak('Well <script>alert(1)</script><img src=x onerror=alert(2)> said.')
    await spoken()
    expect(await text('sentences')).toContain('<script>alert')
    expect(await text('curl')).toContain('<script>alert')
    expect(await page.locator('#result img, #result script').count()).toBe(0)
    expect([dialogs, complaints]).toEqual([0, []])
  })

  it('speaks and stops by keyboard', async () => {
    const { page } = browser
    gate = closedGate()
    await page.focus('#text')
    await page.keyboard.press('Control+a')
    await page.keyboard.type('First one. Then another.')
    await page.keyboard.press('Control+Enter')
    await page.locator('#sentences button').first().waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => text('status')).toBe('Stopped.')
    gate.open()
    await expect.poll(() => server.load.running).toBe(0)
    expect(await text('play')).toBe('Play')
  })

  it('plays a sentence again, and copies the command and the code', async () => {
    const { page } = browser
    await speak("First one. It's the last.")
    await spoken()
    await page.locator('#sentences button').last().click()
    await expect.poll(position).toBeGreaterThan(0.5)
    await page.locator('.copy[data-copies=curl]').click()
    const copied = String(await page.evaluate('navigator.clipboard.readText()'))
    expect(copied).toBe(await text('curl'))
    expect(copied).toContain(`${url}/v1/audio/speech`)
    expect(copied).toContain(`It'\\''s the last.`)
    await page.locator('.copy[data-copies=typescript]').click()
    expect(await page.evaluate('navigator.clipboard.readText()')).toMatch(/^const response = await fetch\("http/m)
  })

  it.each(['light', 'dark'] as const)('has no serious fault for people who see or hear little (%s)', async (scheme) => {
    const { page } = browser
    await page.emulateMedia({ colorScheme: scheme })
    const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
    const faults = async (): Promise<unknown> => {
      await page.evaluate(axe)
      const { violations } = (await page.evaluate('axe.run()')) as {
        violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[]
      }
      return violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => [id, nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`)])
    }
    expect(await faults()).toEqual([])
    await page.click('summary')
    const buffer = readFileSync(reference.audio)
    await page.setInputFiles('#file', { name: 'me.wav', mimeType: 'audio/wav', buffer })
    await page.locator('#reference').waitFor()
    await speak('Hello there. How are you today?')
    await page.locator('#sentences [aria-current=true]').waitFor()
    await spoken()
    expect(await faults()).toEqual([])
    await picture(page, scheme)
    await page.setViewportSize({ width: 390, height: 844 })
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390)
    await picture(page, `${scheme}-phone`)
  })
})

describe.skipIf(!chromiumPath)('the page with a voice that streams', () => {
  it('is heard before its first sentence is made', async () => {
    let open: () => void = () => undefined
    const gate = new Promise<void>((resolve) => (open = resolve))
    const server = await createServer(
      { port: 0, voice: { voice: 'demo' } },
      {
        async *speak(request, signal, speak) {
          expect(request.chunks).toBe('token')
          // Parts of known lengths: where a quiet place is depends on what was drawn.
          const fixed = { ...request, chunks: 'fixed-token' as const }
          let count = 0
          for await (const part of speak(fixed, signal)) {
            if (count++ > 0) await gate
            yield part
          }
        }
      }
    )
    const { page, complaints, close } = await openBrowser()
    try {
      await page.goto(await server.listen())
      await page.locator('#voice option').first().waitFor({ state: 'attached' })
      await page.fill('#text', 'A sentence that is long enough to be heard in parts. And another.')
      await page.click('#speak')
      const sentences = page.locator('#sentences button')
      await sentences.first().waitFor()
      const position = async (): Promise<number> => Number(await page.locator('#position').inputValue())
      await expect.poll(position).toBeGreaterThan(0.1)
      // Only a part of it is there, and it was heard.
      const seconds = Number(await page.locator('#position').getAttribute('max'))
      expect(seconds).toBeLessThan(1.5)
      expect(await sentences.count()).toBe(1)
      open()
      await page.locator('#download').waitFor()
      expect(await sentences.count()).toBe(2)
      const whole = Number(await page.locator('#position').getAttribute('max'))
      expect(whole).toBeGreaterThan(2 * seconds)
      await expect.poll(() => page.locator('#play').innerText(), { timeout: 20_000 }).toBe('Play')
      expect(complaints).toEqual([])
    } finally {
      await close()
      await server.close()
    }
  })
})

describe.skipIf(!chromiumPath)('the page of a server with keys', () => {
  it('asks for one', async () => {
    const { gpt, sovits, hubert } = tiny
    const options = { port: 0, voice: { gpt, sovits }, reference, engine: { hubert, cacheDir: scratch() } }
    const server = await createServer({ ...options, apiKeys: ['secret'] }, {})
    const browser = await openBrowser()
    try {
      await browser.page.goto(await server.listen())
      await browser.page.locator('#key').fill('secret')
      await browser.page.locator('#key').press('Tab')
      await browser.page.locator('#voice option').first().waitFor({ state: 'attached' })
      expect(await browser.page.locator('#error').isVisible()).toBe(false)
    } finally {
      await browser.close()
      await server.close()
    }
  })
})
