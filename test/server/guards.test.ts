import { describe, expect, it } from 'vitest'
import { hasKey, isAllowedHost, isForeign } from '../../lib/server/guard.js'
import { tinyServer } from './harness.js'

const server = await tinyServer()
const open = await tinyServer({ cors: ['*'], allowHosts: ['*'] })
const one = await tinyServer({ cors: ['https://app.example'], allowHosts: ['tts.example'], apiKeys: ['k1', 'k2'] })

type Sent = { method?: 'GET' | 'POST' | 'OPTIONS'; url?: string; headers?: Record<string, string>; payload?: object }
const send = async (on: typeof server, { method = 'POST', url = '/tts', headers = {}, payload }: Sent = {}) =>
  on.app.inject({
    method,
    url,
    headers: { host: 'localhost:9880', ...headers },
    ...(method === 'POST' && { payload: payload ?? { text: '' } })
  })

describe('names that the server goes by', () => {
  it.each(['127.0.0.1:9880', 'localhost', 'LOCALHOST:1', '[::1]:9880', '192.168.1.5', 'tts.localhost'])(
    '%s',
    (host) => {
      expect(isAllowedHost(host, [])).toBe(true)
    }
  )

  it.each([
    'evil.example',
    'evil.example:9880',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '',
    'a b',
    undefined
  ])('not %s', (host) => {
    expect(isAllowedHost(host, [])).toBe(false)
  })

  it('can be added', async () => {
    expect(isAllowedHost('tts.example:9880', ['TTS.example'])).toBe(true)
    expect((await send(one, { headers: { host: 'tts.example', authorization: 'Bearer k1' } })).statusCode).toBe(400)
    expect((await send(one, { headers: { host: 'evil.example', authorization: 'Bearer k1' } })).statusCode).toBe(403)
    expect((await send(open, { headers: { host: 'evil.example' } })).statusCode).toBe(400)
  })

  it('decide before anything is spoken, on every route', async () => {
    for (const url of ['/tts', '/health', '/', '/v1/models', '/nope']) {
      expect((await send(server, { method: 'GET', url, headers: { host: 'evil.example' } })).statusCode).toBe(403)
    }
  })
})

describe('pages of other sites', () => {
  it.each([
    [{ origin: 'https://evil.example' }, true],
    [{ origin: 'null' }, true],
    [{ origin: 'http://localhost:9880' }, false],
    [{ origin: 'http://localhost:1234' }, true],
    [{ 'sec-fetch-site': 'cross-site' }, true],
    [{ 'sec-fetch-site': 'same-site' }, true], // another port of this machine
    [{ 'sec-fetch-site': 'same-origin' }, false],
    [{}, false]
  ])('%o are foreign: %s', (headers, foreign) => {
    expect(isForeign({ host: 'localhost:9880', ...headers }, [])).toBe(foreign)
  })

  it.each([
    ['https://app.example/player', false],
    ['https://app.example.evil/', true],
    ['no url', true]
  ])('that only a referer tells, as of a media element: %s', (referer, foreign) => {
    const headers = { host: 'localhost:9880', 'sec-fetch-site': 'cross-site', referer } as const
    expect(isForeign(headers, ['https://app.example'])).toBe(foreign)
    expect(isForeign(headers, [])).toBe(true)
  })

  it('are refused, also where a simple request needs no preflight', async () => {
    const headers = { origin: 'https://evil.example', 'content-type': 'text/plain' }
    const answer = await send(server, { headers })
    expect(answer.statusCode).toBe(403)
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
    for (const url of ['/set_gpt_weights?weights_path=x', '/control?command=exit', '/tts?text=x']) {
      expect((await send(server, { method: 'GET', url, headers: { 'sec-fetch-site': 'cross-site' } })).statusCode).toBe(
        403
      )
    }
  })

  it('are let in where they are named', async () => {
    const headers = { origin: 'https://app.example', authorization: 'Bearer k2' }
    const answer = await send(one, { headers })
    expect(answer.statusCode).toBe(400)
    expect(answer.headers['access-control-allow-origin']).toBe('https://app.example')
    expect((await send(one, { headers: { ...headers, origin: 'https://evil.example' } })).statusCode).toBe(403)
  })

  it('are all let in with *, as the original does', async () => {
    const origin = 'https://any.example'
    const answer = await send(open, { headers: { origin } })
    expect(answer.headers['access-control-allow-origin']).toBe(origin)
    expect(answer.headers['access-control-allow-credentials']).toBe('true')
    const preflight = await send(open, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' }
    })
    expect(preflight.statusCode).toBe(204)
    expect(preflight.headers['access-control-max-age']).toBe('600')
  })
})

describe('keys', () => {
  it.each([
    [{ authorization: 'Bearer k1' }, true],
    [{ authorization: 'bearer k2' }, true],
    [{ 'x-api-key': 'k2' }, true],
    [{ authorization: 'Bearer k3' }, false],
    [{ authorization: 'Bearer k' }, false],
    [{ authorization: 'Basic k1' }, false],
    [{ authorization: `Bearer ${'x'.repeat(12_000)}` }, false],
    [{}, false]
  ])('%.60o: %s', (headers, known) => {
    expect(hasKey(headers, ['k1', 'k2'])).toBe(known)
  })

  it('are asked for in the form of each dialect, and not for what is public', async () => {
    const status = async (url: string, method: 'GET' | 'POST' = 'GET') => {
      const answer = await send(one, { method, url })
      return [answer.statusCode, answer.statusCode === 401 && Object.keys(answer.json<object>())[0]]
    }
    expect(await status('/tts')).toEqual([401, 'status_code'])
    expect(await status('/v1/audio/speech', 'POST')).toEqual([401, 'error'])
    expect(await status('/set_gpt_weights')).toEqual([401, 'message'])
    expect(await status('/nope')).toEqual([401, 'error'])
    expect(await status('/character_list')).toEqual([401, 'status_code'])
    expect((await status('/health'))[0]).toBe(200)
    expect((await status('/openapi.json'))[0]).toBe(200)
    expect((await status('/docs/'))[0]).toBe(200)
  })
})
