import { describe, expect, it } from 'vitest'
import { OverloadedError, VoiceNotFoundError } from '../../lib/errors.js'
import type { DialectSettings } from '../../lib/server/dialect.js'
import { openai } from '../../lib/server/dialects/openai.js'
import { post, settings } from './requests.js'

const right = { model: 'tts-1', input: 'Hello.', voice: 'Alice' }
const parse = (fields: Record<string, unknown> = {}, more: Partial<DialectSettings> = {}) =>
  openai.parse(post({ ...right, ...fields }), { ...settings, ...more })

function fail(body: unknown, more: Partial<DialectSettings> = {}) {
  try {
    openai.parse(post(body), { ...settings, ...more })
  } catch (error) {
    const { status, json } = openai.render({ kind: 'error', error }, settings)
    return {
      status,
      ...(json as { error: { message: string; type: string; param: string | null; code: string } }).error
    }
  }
  throw new Error('it parsed')
}

describe('parameters of the OpenAI dialect', () => {
  it('speak as MP3 in a detected language by default', () => {
    expect(parse()).toEqual({
      task: { kind: 'text', text: 'Hello.' },
      voice: { character: 'Alice' },
      options: { language: 'auto' },
      chunks: 'sentence',
      output: { format: 'mp3', streaming: true, wavSizes: 'unknown', events: false },
      cached: false
    })
  })

  it.each([
    [{ voice: 'Alice:happy' }, { character: 'Alice', emotion: 'happy' }],
    [{ voice: { id: 'Bob' } }, { character: 'Bob' }],
    [{ voice: 'alloy' }, {}],
    [{ voice: 'Nova' }, { character: 'Bob', emotion: 'sad' }],
    [
      { voice: 'Alice', instructions: 'Slowly.\nEmotion: happy' },
      { character: 'Alice', emotion: 'happy' }
    ],
    [
      { voice: 'upload:0a', prompt_text: 'It says.', prompt_lang: 'en' },
      { reference: { path: 'upload:0a', text: 'It says.', language: 'en', ifAbsent: 'error' } }
    ]
  ])('%o finds its voice', (fields, voice) => {
    expect(parse(fields, { aliases: { nova: 'Bob:sad' } }).voice).toEqual(voice)
  })

  it('send PCM at 24 kHz unless another rate is asked for', () => {
    expect(parse({ response_format: 'pcm' }).output.sampleRate).toBe(24000)
    expect(parse({ response_format: 'pcm', sample_rate: 16000 }).output.sampleRate).toBe(16000)
    expect(parse({ response_format: 'wav' }).output.sampleRate).toBeUndefined()
  })
})

describe('answers of the OpenAI dialect', () => {
  it.each([
    [{ input: 'x', voice: 'a' }, 400, 'model', 'missing_required_parameter'],
    [{ ...right, model: 'whisper-1' }, 404, 'model', 'model_not_found'],
    [{ ...right, speed: 5 }, 400, 'speed', 'invalid_value'],
    [{ ...right, speed: 'x' }, 400, 'speed', 'invalid_value'],
    [{ ...right, response_format: 'aiff' }, 400, 'response_format', 'invalid_value'],
    [{ ...right, input: '' }, 400, 'input', 'invalid_value'],
    [{ ...right, input: ' ' }, 400, 'input', 'invalid_value'],
    [{ ...right, input: 'x'.repeat(4097) }, 400, 'input', 'string_above_max_length'],
    [{ ...right, tempo: 1 }, 400, 'tempo', 'unknown_parameter'],
    [{ ...right, text_lang: 'xx' }, 400, 'text_lang', 'invalid_value'],
    ['{bad', 400, null, 'invalid_json'],
    ['[]', 400, null, 'invalid_json'],
    ['', 400, null, 'invalid_json']
  ])('%o', (body, status, param, code) => {
    expect(fail(body)).toMatchObject({ status, param, code, type: 'invalid_request_error' })
  })

  it('list the choices there are', () => {
    expect(fail({ ...right, response_format: 'aiff' }).message).toBe(
      'response_format: expected one of mp3, opus, aac, flac, wav, pcm'
    )
  })

  it('count characters, not UTF-16 units', () => {
    expect(parse({ input: '😀'.repeat(4096) }).task.kind).toBe('text')
  })

  it('name the voice, and say when to come again', () => {
    const render = (error: Error) => openai.render({ kind: 'error', error }, settings)
    expect(render(new VoiceNotFoundError('character not found: X'))).toEqual({
      status: 400,
      headers: {},
      json: {
        error: {
          ...{
            message: 'character not found: X',
            type: 'invalid_request_error',
            param: 'voice',
            code: 'voice_not_found'
          }
        }
      }
    })
    expect(render(new OverloadedError('busy'))).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
      json: { error: { type: 'server_error', code: 'overloaded' } }
    })
    expect(render(new Error('boom'))).toMatchObject({ status: 500, headers: { 'x-should-retry': 'false' } })
  })

  it('write events as the client reads them', () => {
    expect(openai.frames?.delta(Buffer.from('ab'))).toBe('data: {"type":"speech.audio.delta","audio":"YWI="}\n\n')
    expect(openai.frames?.done({ inputTokens: 1, outputTokens: 2 })).toBe(
      'data: {"type":"speech.audio.done","usage":{"input_tokens":1,"output_tokens":2,"total_tokens":3}}\n\n'
    )
    expect(openai.frames?.error(new Error('boom'))).toMatch(/^data: \{"error":\{"message":"boom"/)
  })
})
