import OpenAI, {
  APIUserAbortError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  RateLimitError
} from 'openai'
import { describe, expect, it } from 'vitest'
import { decodeAudio } from '../../lib/audio/index.js'
import { tinyServer } from './harness.js'

const server = await tinyServer({ apiKeys: ['right'] })
const baseURL = `${await server.listen()}/v1`
const client = new OpenAI({ baseURL, apiKey: 'right', maxRetries: 0 })
const ask = { model: 'tts-1', voice: 'alloy', input: 'Hello there. And again.' } as const
const more = { seed: 1, text_lang: 'en' } // extensions, which the client's types do not have

describe('the openai package', () => {
  it.each([
    ['wav', 'audio/wav', 32000],
    ['mp3', 'audio/mpeg', 32000],
    ['flac', 'audio/flac', 32000],
    ['opus', 'audio/ogg', 48000]
  ] as const)('hears speech as %s', async (response_format, type, sampleRate) => {
    const answer = await client.audio.speech.create({ ...ask, ...more, response_format })
    expect(answer.headers.get('content-type')).toBe(type)
    const decoded = await decodeAudio(new Uint8Array(await answer.arrayBuffer()))
    expect(decoded.sampleRate).toBe(sampleRate)
    expect(decoded.seconds).toBeGreaterThan(0.9)
  })

  it('hears PCM at 24 kHz, and at the rate it asks for', async () => {
    const seconds = async (fields: object, rate: number) => {
      const answer = await client.audio.speech.create({ ...ask, ...more, response_format: 'pcm', ...fields })
      expect(answer.headers.get('content-type')).toBe('audio/pcm')
      return (await answer.arrayBuffer()).byteLength / 2 / rate
    }
    const standard = await seconds({}, 24000)
    expect(standard).toBeCloseTo(await seconds({ sample_rate: 16000 }, 16000), 2)
  })

  it('hears AAC where there is ffmpeg, and else what is missing', async () => {
    const answer = await client.audio.speech
      .create({ ...ask, response_format: 'aac' })
      .then((found) => found.headers.get('content-type'))
      .catch((error: Error) => error)
    if (answer instanceof Error) {
      expect(answer).toBeInstanceOf(BadRequestError)
      expect(answer.message).toMatch(/ffmpeg/)
    } else expect(answer).toBe('audio/aac')
  })

  it('reads a stream while it is spoken', async () => {
    const answer = await client.audio.speech.create({ ...ask, ...more, response_format: 'wav' })
    const parts: Uint8Array[] = []
    for await (const part of answer.body as unknown as AsyncIterable<Uint8Array>) parts.push(part)
    expect(parts.length).toBeGreaterThan(1)
  })

  it('reads events whose sound is that of a whole answer', async () => {
    const fields = { ...ask, ...more, response_format: 'pcm', stream_format: 'sse' } as const
    const answer = await client.audio.speech.create(fields)
    expect(answer.headers.get('content-type')).toBe('text/event-stream')
    const events = (await answer.text())
      .trim()
      .split('\n\n')
      .map((line) => JSON.parse(line.replace(/^data: /, '')) as { type: string; audio: string; usage: object })
    const last = events.at(-1)
    expect(last?.type).toBe('speech.audio.done')
    expect(last?.usage).toEqual({
      input_tokens: ask.input.length,
      output_tokens: expect.any(Number) as number,
      total_tokens: expect.any(Number) as number
    })
    const sound = Buffer.concat(events.slice(0, -1).map(({ audio }) => Buffer.from(audio, 'base64')))
    const whole = await client.audio.speech.create({ ...ask, ...more, response_format: 'pcm' })
    expect(sound.equals(Buffer.from(await whole.arrayBuffer()))).toBe(true)
  })

  it('lists models', async () => {
    const ids = []
    for await (const model of client.models.list()) ids.push(model.id)
    expect(ids).toContain('tts-1')
  })
})

describe('errors reach the openai package as its own classes', () => {
  it.each([
    [{ voice: 'nobody' }, BadRequestError, 400, 'voice', 'voice_not_found'],
    [{ model: 'whisper-1' }, NotFoundError, 404, 'model', 'model_not_found'],
    [{ speed: 9 }, BadRequestError, 400, 'speed', 'invalid_value'],
    [{ input: '' }, BadRequestError, 400, 'input', 'invalid_value'],
    [{ input: '!!!' }, BadRequestError, 400, 'input', 'invalid_value'],
    [{ nothing: 1 }, BadRequestError, 400, 'nothing', 'unknown_parameter']
  ])('%o', async (fields, kind, status, param, code) => {
    const error = (await client.audio.speech
      .create({ ...ask, ...fields })
      .catch((each: unknown) => each)) as BadRequestError
    expect(error).toBeInstanceOf(kind)
    expect({ ...error }).toMatchObject({ status, param, code, type: 'invalid_request_error' })
    expect(error.requestID).toMatch(/^[0-9a-f-]{36}$/)
  })

  it.each(['wrong', 'righ', 'right2', 'x'.repeat(10_000)])('a key that is none', async (apiKey) => {
    const error = await new OpenAI({ baseURL, apiKey, maxRetries: 0 }).audio.speech
      .create(ask)
      .catch((each: unknown) => each)
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(error).toMatchObject({ status: 401, code: 'invalid_api_key' })
  })

  it('a failure that would be the same again is not tried again', async () => {
    let tries = 0
    const broken = await tinyServer(
      {},
      {
        // eslint-disable-next-line require-yield
        async *speak() {
          tries++
          throw new Error('the model broke')
        }
      }
    )
    const other = new OpenAI({ baseURL: `${await broken.listen()}/v1`, apiKey: 'any', maxRetries: 2 })
    const error = await other.audio.speech.create(ask).catch((each: unknown) => each)
    expect(error).toBeInstanceOf(InternalServerError)
    expect(error).toMatchObject({ status: 500, type: 'server_error' })
    expect(tries).toBe(1)
  })

  it('a full queue is told with a time to come again', async () => {
    let letGo = (): void => undefined
    const held = new Promise<void>((resolve) => (letGo = resolve))
    const full = await tinyServer(
      { concurrency: 1, maxQueue: 0 },
      {
        async *speak(request, signal, speak) {
          for await (const part of speak(request, signal)) {
            await held
            yield part
          }
        }
      }
    )
    const other = new OpenAI({ baseURL: `${await full.listen()}/v1`, apiKey: 'any', maxRetries: 0 })
    const first = other.audio.speech.create({ ...ask, ...more })
    while (full.load.running === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    const error = (await other.audio.speech.create(ask).catch((each: unknown) => each)) as InternalServerError
    expect(error).toBeInstanceOf(InternalServerError)
    expect(error).not.toBeInstanceOf(RateLimitError)
    expect(error).toMatchObject({ status: 503, code: 'overloaded' })
    expect(error.headers.get('retry-after')).toBe('1')
    letGo()
    expect((await first).status).toBe(200)
  })

  it('a call that is aborted', async () => {
    const controller = new AbortController()
    const call = client.audio.speech.create({ ...ask, input: 'Hello. '.repeat(50) }, { signal: controller.signal })
    controller.abort()
    await expect(call).rejects.toBeInstanceOf(APIUserAbortError)
  })
})
