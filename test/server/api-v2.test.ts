import { describe, expect, it } from 'vitest'
import { OverloadedError, PathNotAllowedError, ReferenceAudioError } from '../../lib/errors.js'
import { apiV2 } from '../../lib/server/dialects/api-v2.js'
import { get, post, settings } from './requests.js'

const right = { text: 'Hello.', text_lang: 'EN', ref_audio_path: 'r.wav', prompt_lang: 'en' }
const query = new URLSearchParams(right).toString()
const parse = (fields: Record<string, unknown>) => apiV2.parse(post({ ...right, ...fields }), settings)

function reply(request: Parameters<typeof apiV2.parse>[0], voiceVersion = 'v2') {
  try {
    apiV2.parse(request, { ...settings, voiceVersion })
  } catch (error) {
    const { status, json } = apiV2.render({ kind: 'error', error }, settings)
    return { status, json }
  }
  throw new Error('it parsed')
}
const fail = (fields: Record<string, unknown>) => reply(post({ ...right, ...fields }))
const without = (name: string) => post(Object.fromEntries(Object.entries(right).filter(([key]) => key !== name)))

describe('parameters of api_v2', () => {
  it('have the defaults of the original', () => {
    expect(parse({})).toEqual({
      task: { kind: 'text', text: 'Hello.' },
      voice: { reference: { path: 'r.wav', language: 'en', ifAbsent: 'error' } },
      options: {
        ...{ language: 'en', cut: 'cut5', topK: 15, topP: 1, temperature: 1, repetitionPenalty: 1.35, speed: 1 },
        pause: 0.3,
        sampleSteps: 32
      },
      chunks: 'sentence',
      output: { format: 'wav', streaming: false, wavSizes: 'zero', chained: false },
      cached: false
    })
    expect(apiV2.parse(get(query), settings)).toEqual(parse({}))
  })

  it.each([
    [0, false, 'sentence'],
    [false, false, 'sentence'],
    ['0', false, 'sentence'],
    ['no', false, 'sentence'],
    [null, false, 'sentence'],
    [1, true, 'sentence'],
    [true, true, 'sentence'],
    ['1', true, 'sentence'],
    ['yes', true, 'sentence'],
    [2, true, 'token'],
    ['2', true, 'token'],
    [3, true, 'fixed-token']
  ])('read a streaming_mode of %j', (value, streaming, chunks) => {
    const { output, chunks: read } = parse({ streaming_mode: value })
    expect([output.streaming, read]).toEqual([streaming, chunks])
  })

  it('take repeated keys of a query for further recordings, and the last of any other', () => {
    const { voice, options } = apiV2.parse(
      get(`${query}&aux_ref_audio_paths=a.wav&aux_ref_audio_paths=b.wav&top_k=3&top_k=4`),
      settings
    )
    expect(voice.reference?.more).toEqual(['a.wav', 'b.wav'])
    expect(options.topK).toBe(4)
  })

  it('ask for super-sampling where the voice is of v3, and leave other voices as they are', () => {
    const asked = (voiceVersion: string) =>
      apiV2.parse(post({ ...right, super_sampling: true }), { ...settings, voiceVersion }).options.superSampling
    expect(['v2', 'v3', 'v4'].map(asked)).toEqual([undefined, true, undefined])
  })

  it('call raw what is PCM, and lay complete Ogg streams end to end', () => {
    expect(parse({ media_type: 'raw' }).output.format).toBe('pcm')
    expect(parse({ media_type: 'ogg' }).output.chained).toBe(true)
  })
})

describe('answers of api_v2', () => {
  it.each(['ref_audio_path', 'text', 'text_lang', 'prompt_lang'])('say that %s is required', (name) => {
    expect(reply(without(name))).toEqual({ status: 400, json: { message: `${name} is required` } })
    const missing = new URLSearchParams(right)
    missing.delete(name)
    expect(reply(get(missing.toString()))).toEqual({ status: 400, json: { message: `${name} is required` } })
  })

  it('complain of what the original looks at first', () => {
    expect(fail({ ref_audio_path: '', text: '', text_lang: 'xx' }).json).toEqual({
      message: 'ref_audio_path is required'
    })
    expect(fail({ text_lang: 'xx', media_type: 'x' }).json).toEqual({
      message: 'text_lang: xx is not supported in version v2'
    })
    expect(fail({ media_type: 'x', text_split_method: 'x' }).json).toEqual({
      message: 'media_type: x is not supported'
    })
  })

  it.each([
    [{ text: '  ' }, 'text is required'],
    [{ prompt_lang: 'xx' }, 'prompt_lang: xx is not supported in version v2'],
    [{ text_split_method: 'cut9' }, 'text_split_method:cut9 is not supported'],
    [{ streaming_mode: 4 }, 'the value of streaming_mode must be 0, 1, 2, 3(int) or true/false(bool)'],
    [{ streaming_mode: -1 }, 'the value of streaming_mode must be 0, 1, 2, 3(int) or true/false(bool)']
  ])('%o is 400 %s', (fields, message) => {
    expect(fail(fields)).toEqual({ status: 400, json: { message } })
  })

  it('know what a v1 voice does not speak', () => {
    expect(reply(post({ ...right, text_lang: 'ko' }), 'v1').json).toEqual({
      message: 'text_lang: ko is not supported in version v1'
    })
  })

  it('name a wrong type as FastAPI does', () => {
    expect(fail({ top_k: 'abc', top_p: [], text: 5 })).toEqual({
      status: 422,
      json: {
        detail: [
          { type: 'string_type', loc: ['body', 'text'], msg: 'Input should be a valid string', input: 5 },
          {
            type: 'int_parsing',
            loc: ['body', 'top_k'],
            msg: 'Input should be a valid integer, unable to parse string as an integer',
            input: 'abc'
          },
          { type: 'float_type', loc: ['body', 'top_p'], msg: 'Input should be a valid number', input: [] }
        ]
      }
    })
  })

  it('name bad JSON, no body and a body that is no object as FastAPI does', () => {
    const type = (body: unknown) =>
      (reply(post(body)).json as { detail: { type: string; loc: unknown }[] }).detail.map(({ type, loc }) => [
        type,
        loc
      ])
    expect(type('{bad')).toEqual([['json_invalid', ['body', 1]]])
    expect(type('')).toEqual([['missing', ['body']]])
    expect(type('[]')).toEqual([['model_attributes_type', ['body']]])
  })

  it('turn what keeps a voice from speaking into `tts failed`', () => {
    const render = (error: Error) => apiV2.render({ kind: 'error', error }, settings)
    expect(render(new ReferenceAudioError('too short'))).toEqual({
      status: 400,
      headers: {},
      json: { message: 'tts failed', Exception: 'too short' }
    })
    expect(render(new Error('boom')).status).toBe(400)
    expect(render(new PathNotAllowedError())).toMatchObject({ status: 403, json: { message: 'path is not allowed' } })
    expect(render(new OverloadedError('busy'))).toMatchObject({ status: 503, headers: { 'retry-after': '1' } })
  })
})
