import { describe, expect, it } from 'vitest'
import { readFileSync } from 'node:fs'
import { charactersScratch, referencePath, tinyServer } from './harness.js'

const { characters } = charactersScratch()
const server = await tinyServer({ characters, metrics: true })
const compat = await tinyServer({ characters, compatStatus200: true, lenient: true, wavStreamSize: 'zero' })
const headers = { host: 'localhost' }
const get = (url: string, on = server) => on.app.inject({ method: 'GET', url, headers })
const post = (url: string, payload: unknown, more: Record<string, string> = {}) =>
  server.app.inject({ method: 'POST', url, payload: payload as object, headers: { ...headers, ...more } })

describe('the character dialect', () => {
  it('speaks a whole file with a name of its own', async () => {
    const one = await get('/tts?text=Hello.&lang=en&seed=1')
    const two = await get('/tts?text=Hello.&lang=en&seed=1')
    expect(one.statusCode).toBe(200)
    expect(one.headers['content-type']).toBe('audio/wav')
    expect(one.headers['content-length']).toBe(String(one.rawPayload.length))
    expect(one.headers['content-disposition']).toMatch(/^attachment; filename="\d{14}-[0-9a-f]{8}\.wav"$/)
    expect(two.headers['content-disposition']).not.toBe(one.headers['content-disposition'])
    expect(two.rawPayload.equals(one.rawPayload)).toBe(true)
    expect(one.rawPayload.readUInt32LE(40)).toBe(one.rawPayload.length - 44)
  })

  it('streams the same samples after a head that tells no length', async () => {
    const whole = await get('/tts?text=Hello. There.&lang=en&seed=1')
    const streamed = await get('/tts?text=Hello. There.&lang=en&seed=1&stream=1')
    expect(streamed.headers['transfer-encoding']).toBe('chunked')
    expect(streamed.rawPayload.readUInt32LE(40)).toBe(0xffffffff)
    expect(streamed.rawPayload.subarray(44).equals(whole.rawPayload.subarray(44))).toBe(true)
    const zero = await get('/tts?text=Hello. There.&lang=en&seed=1&stream=1', compat)
    expect([zero.rawPayload.readUInt32LE(4), zero.rawPayload.readUInt32LE(40)]).toEqual([36, 0])
  })

  it('answers from memory what was asked before with the same seed and format', async () => {
    const first = await get('/tts?text=Remember.&lang=en&seed=3&save=1')
    const again = await get('/tts?text=Remember.&lang=en&seed=3&save=1')
    expect(first.headers['content-disposition']).toBeDefined()
    expect(again.headers['content-disposition']).toBeUndefined()
    expect(again.rawPayload.equals(first.rawPayload)).toBe(true)
    for (const other of ['seed=4', 'seed=3&format=flac', 'seed=3&emotion=happy', 'seed=3&rep_penalty=1.5']) {
      const answer = await get(`/tts?text=Remember.&lang=en&save=1&${other}`)
      expect(answer.headers['content-disposition'], other).toBeDefined()
    }
    expect(
      (await get('/tts?text=Remember.&lang=en&seed=3&format=flac&save=1')).rawPayload.toString('latin1', 0, 4)
    ).toBe('fLaC')
  })

  it('finds characters in any case, and no others', async () => {
    expect((await get('/tts?text=Hi.&lang=en&spk=aLiCe')).statusCode).toBe(200)
    const unknown = await get('/tts?text=Hi.&lang=en&spk=Nobody')
    expect(unknown.statusCode).toBe(404)
    expect(unknown.json()).toEqual({ status_code: 404, detail: 'character not found: Nobody', headers: null })
    expect((await get('/tts?text=Hi.&lang=en&spk=Nobody', compat)).headers['content-type']).toBe('audio/wav')
  })

  it('tells errors with status 200 to clients that only read the body', async () => {
    const answer = await get('/tts?text=', compat)
    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toEqual({ status_code: 400, detail: 'Text is empty', headers: null })
  })

  it('speaks SSML: voices, breaks and tempo', async () => {
    const ssml =
      '<speak xml:lang="en"><voice name="Alice" style="happy">Hello.</voice><break time="500ms"/>' +
      '<prosody rate="fast">There.</prosody></speak>'
    const answer = await post('/tts', { task_type: 'ssml', ssml, seed: 1 })
    expect(answer.statusCode).toBe(200)
    const without = await post('/tts', { task_type: 'ssml', ssml: ssml.replace(/<break[^>]*>/, ''), seed: 1 })
    expect(answer.rawPayload.length - without.rawPayload.length).toBe(32000)
  })

  it.each([
    ['a billion laughs', '<!DOCTYPE x [<!ENTITY a "b">]><speak>&a;</speak>'],
    ['an external entity', '<!DOCTYPE x SYSTEM "file:///etc/passwd"><speak>x</speak>'],
    ['a recording elsewhere', '<speak><audio src="http://169.254.169.254/"/></speak>'],
    ['a break of 9999 hours', '<speak><break time="9999h"/>x</speak>'],
    ['10,000 elements deep', `<speak>${'<p>'.repeat(10_000)}x`],
    ['an attribute of 500 kB', `<speak id="${'x'.repeat(500_000)}">x</speak>`],
    ['no end', '<speak>x']
  ])('refuses SSML with %s', async (_what, ssml) => {
    const answer = await post('/tts', { task_type: 'ssml', ssml })
    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toMatchObject({ status_code: 400, headers: null })
  })
})

describe('api_v2', () => {
  const right = { text: 'Hello.', text_lang: 'en', ref_audio_path: referencePath, prompt_lang: 'en', seed: 1 }

  it('is chosen by its own keys, or by the two that it needs', async () => {
    expect((await post('/tts', { text: 'x', prompt_lang: 'en' })).json()).toEqual({
      message: 'ref_audio_path is required'
    })
    expect((await post('/tts', { text: '', text_lang: 'en', ref_audio_path: 'x' })).json()).toEqual({
      message: 'text is required'
    })
    expect((await post('/tts', { text: '', text_lang: 'en' })).json()).toMatchObject({ detail: 'Text is empty' })
  })

  it('speaks in every media type', async () => {
    for (const [media, type] of [
      ['wav', 'audio/wav'],
      ['raw', 'audio/raw'],
      ['ogg', 'audio/ogg'],
      ['flac', 'audio/flac']
    ]) {
      for (const mode of [0, 1]) {
        const answer = await post('/tts', { ...right, media_type: media, streaming_mode: mode })
        expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, type])
        expect(answer.headers['content-length'] === undefined).toBe(mode === 1)
      }
    }
  })

  it('lays a complete Ogg stream end to end for each sentence', async () => {
    const answer = await post('/tts', { ...right, text: 'Hello. There.', media_type: 'ogg', streaming_mode: 1 })
    const starts = answer.rawPayload.toString('latin1').split('\u0001vorbis').length - 1
    expect(starts).toBe(2)
  })

  it('says what keeps the voice from speaking', async () => {
    const absent = await post('/tts', { ...right, ref_audio_path: 'absent.wav' })
    expect([absent.statusCode, absent.json()]).toMatchObject([400, { message: 'tts failed' }])
    const wrong = await post('/tts', { ...right, ref_audio_path: 'package.json' })
    expect([wrong.statusCode, wrong.json()]).toMatchObject([400, { message: 'tts failed' }])
    const range = await post('/tts', { ...right, top_p: 5, streaming_mode: 1 })
    expect([range.statusCode, range.json()]).toMatchObject([400, { message: 'tts failed' }])
  })
})

describe('uploads', () => {
  it('take the place of a path in every dialect', async () => {
    const upload = await post('/api/references', readFileSync(referencePath), { 'content-type': 'audio/wav' })
    expect(upload.statusCode).toBe(201)
    const { id, seconds } = upload.json<{ id: string; seconds: number }>()
    expect(id).toMatch(/^[0-9a-f]{32}$/)
    expect(seconds).toBeCloseTo(4, 1)
    const path = `upload:${id}`
    const answers = await Promise.all([
      post('/tts', { text: 'Hi.', lang: 'en', ref_audio_path: path, prompt_text: 'What it says.' }),
      post('/tts', { text: 'Hi.', text_lang: 'en', ref_audio_path: path, prompt_lang: 'en' }),
      post('/v1/audio/speech', { model: 'tts-1', voice: path, input: 'Hi.', response_format: 'wav' }),
      post('/api/speak', { text: 'Hi.', language: 'en', upload: id })
    ])
    expect(answers.map((answer) => answer.statusCode)).toEqual([200, 200, 200, 200])
  })

  it('are refused when they are no audio, empty, too large or of another name', async () => {
    expect((await post('/api/references', Buffer.from('<img onerror=x>'))).statusCode).toBe(400)
    expect((await post('/api/references', Buffer.alloc(0))).statusCode).toBe(400)
    expect((await post('/api/references', Buffer.alloc(20 * 2 ** 20 + 1))).statusCode).toBe(413)
    const answer = await post('/api/speak', { text: 'Hi.', upload: '../../etc/passwd' })
    expect(answer.statusCode).toBe(400)
  })
})

describe('/api/speak', () => {
  it('tells each sentence with its sound and its time, then the sum', async () => {
    const answer = await post('/api/speak', { text: 'Hello there. And again.', language: 'en', seed: 1 })
    expect(answer.headers['content-type']).toBe('application/x-ndjson')
    const lines = answer.body
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(lines.map(({ type }) => type)).toEqual(['sentence', 'sentence', 'done'])
    const [first, second, done] = lines as [Record<string, number>, Record<string, number>, Record<string, number>]
    const samples = Buffer.from(String(first['samples']), 'base64').length / 2
    expect(samples / (first['sampleRate'] as number)).toBeCloseTo((first['end'] as number) + 0.3, 3)
    expect(second['start']).toBeCloseTo(samples / 32000, 3)
    expect(done).toMatchObject({ seed: 1, warnings: [] })
    const whole = await get('/tts?text=Hello there. And again.&lang=en&seed=1&cut=cut5&top_k=15&top_p=1&temperature=1')
    const pcm = [first, second].map((line) => Buffer.from(String(line['samples']), 'base64'))
    expect(Buffer.concat(pcm).equals(whole.rawPayload.subarray(44))).toBe(true)
  })

  it.each([
    [{}, 'text'],
    [{ text: 'x', ssml: '<speak>x</speak>' }, 'text'],
    [{ text: 'x', speed: 9 }, 'speed'],
    [{ text: 'x', tempo: 9 }, 'tempo'],
    [{ text: 'x', language: 'xx' }, 'language']
  ])('refuses %o by name', async (body, param) => {
    const answer = await post('/api/speak', body)
    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toMatchObject({ error: { param, type: 'invalid_request_error' } })
  })
})

describe('what is around', () => {
  it('lists characters, voices and models', async () => {
    const list = { Alice: ['default', 'happy'], Bob: ['default'], EmptyDir: ['default'], BadJson: ['default'] }
    expect((await get('/character_list')).json()).toEqual(list)
    expect((await get('/v1/voices')).json<{ data: unknown[] }>().data).toContainEqual({
      id: 'Alice',
      emotions: ['default', 'happy']
    })
    expect((await get('/v1/models')).json()).toMatchObject({ object: 'list', data: [{ object: 'model' }, {}, {}, {}] })
  })

  it('says how it is', async () => {
    await server.ready
    expect((await get('/health')).json()).toMatchObject({ status: 'ok' })
    expect((await get('/ready')).json()).toMatchObject({ status: 'ready', running: 0, waiting: 0 })
    await get('/tts?text=Hi.&lang=en')
    const metrics = (await get('/metrics')).body
    expect(metrics).toMatch(/gsv_requests_total\{route="\/tts",status="200"\} \d+/)
    expect(metrics).toMatch(/nodejs_eventloop_lag_p99_seconds/)
    expect((await get('/metrics', compat)).statusCode).toBe(404)
  })

  it('describes itself, with files of its own alone', async () => {
    const description = (await get('/openapi.json')).json<{ openapi: string; paths: Record<string, unknown> }>()
    expect(description.openapi).toBe('3.1.0')
    expect(Object.keys(description.paths)).toEqual(
      expect.arrayContaining([
        '/tts',
        '/v1/audio/speech',
        '/character_list',
        '/api/speak',
        '/api/references',
        '/health'
      ])
    )
    const docs = await get('/docs/')
    expect(docs.statusCode).toBe(200)
    expect(docs.body).not.toMatch(/(src|href)="(https?:)?\/\//)
  })

  it('answers wrong paths and methods as FastAPI does, and as OpenAI under /v1', async () => {
    const put = await server.app.inject({ method: 'PUT', url: '/tts', headers, payload: { a: 1 } })
    expect([put.statusCode, put.json()]).toEqual([405, { detail: 'Method Not Allowed' }])
    expect((await get('/nope')).json()).toEqual({ detail: 'Not Found' })
    expect((await get('/v1/nope')).json()).toMatchObject({ error: { code: 'unknown_url' } })
    expect((await get('/v1/audio/speech')).statusCode).toBe(405)
    expect((await post('/control', {})).statusCode).toBe(405)
    expect((await get('/control?command=exit')).json()).toEqual({ message: 'control is disabled' })
  })

  it('names every answer, by the name that it was given where that is harmless', async () => {
    const name = async (given: string) =>
      (await server.app.inject({ url: '/nope', headers: { ...headers, 'x-request-id': given } })).headers[
        'x-request-id'
      ]
    expect(await name('abc-1')).toBe('abc-1')
    expect(await name('x'.repeat(81))).toMatch(/^[0-9a-f-]{36}$/)
    expect(await name('a b')).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('refuses bodies that are too large or no UTF-8, and never unpacks one', async () => {
    const large = await post('/tts', { text: 'x'.repeat(2 ** 20) })
    expect([large.statusCode, large.json()]).toMatchObject([413, { status_code: 413, headers: null }])
    expect((await post('/v1/audio/speech', { input: 'x'.repeat(2 ** 20) })).json()).toMatchObject({
      error: { code: 'request_too_large' }
    })
    const bytes = Buffer.from([...Buffer.from('{"text":"'), 0xff, 0xfe, ...Buffer.from('"}')])
    expect((await post('/tts', bytes)).statusCode).toBe(400)
    const packed = await post('/tts', Buffer.from([0x1f, 0x8b, 8, 0]), { 'content-encoding': 'gzip' })
    expect(packed.statusCode).toBe(400)
  })

  it('takes nothing from __proto__', async () => {
    const answer = await post(
      '/v1/audio/speech',
      '{"model":"tts-1","voice":"alloy","input":"x","__proto__":{"speed":9}}',
      {
        'content-type': 'application/json'
      }
    )
    expect(answer.statusCode).toBe(400)
    expect(({} as { speed?: number }).speed).toBeUndefined()
  })
})
