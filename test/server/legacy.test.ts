import { describe, expect, it } from 'vitest'
import { legacy } from '../../lib/server/dialects/legacy.js'
import { referencePath, tinyServer } from './harness.js'
import { post as request, settings } from './requests.js'

const commands: string[] = []
const server = await tinyServer(
  { dialect: 'legacy', enableControl: true },
  { onControl: (command) => void commands.push(command) }
)
const headers = { host: 'localhost' }
const get = (url: string, query: Record<string, string> = {}) =>
  server.app.inject({ url: `${url}?${new URLSearchParams(query).toString()}`, headers })
const post = (url: string, payload: object) => server.app.inject({ method: 'POST', url, payload, headers })
const right = {
  refer_wav_path: referencePath,
  prompt_text: 'What the reference says.',
  prompt_language: 'en',
  text: 'Hello. There.',
  text_language: '英文'
}

describe('parameters of the legacy dialect', () => {
  const asked = (voiceVersion: string, fields: object) => {
    const { sampleSteps, superSampling } = legacy.parse(request({ ...right, ...fields }), {
      ...settings,
      voiceVersion
    }).options
    return [sampleSteps, superSampling]
  }

  it('take the steps that the original knows for the version, else its default', () => {
    expect(asked('v3', { sample_steps: 128 })).toEqual([128, undefined])
    expect(asked('v3', { sample_steps: 5 })).toEqual([32, undefined])
    expect(asked('v4', { sample_steps: 128 })).toEqual([8, undefined])
    expect(asked('v4', {})).toEqual([32, undefined])
  })

  it('ask for super-sampling where the voice is of v3', () => {
    expect(['v2', 'v3', 'v4'].map((version) => asked(version, { if_sr: true })[1])).toEqual([
      undefined,
      true,
      undefined
    ])
  })
})

describe('the legacy dialect', () => {
  it('speaks at /, asked either way', async () => {
    for (const answer of [
      await get('/', right),
      await post('/', { ...right, inp_refs: [referencePath], cut_punc: '.' })
    ]) {
      expect(answer.statusCode).toBe(200)
      expect(answer.headers['content-type']).toBe('audio/wav')
      expect(answer.rawPayload.readUInt32LE(40)).toBe(answer.rawPayload.length - 44)
    }
  })

  it('speaks with the recording that was set, when a request lacks a part of its own', async () => {
    const { text, text_language } = right
    const without = await get('/', { text, text_language })
    expect([without.statusCode, without.json()]).toMatchObject([400, { code: 400 }])
    expect((await get('/change_refer', { refer_wav_path: referencePath })).statusCode).toBe(400)
    expect((await post('/change_refer', right)).json()).toEqual({ code: 0, message: 'Success' })
    expect((await get('/', { text, text_language })).statusCode).toBe(200)
  })

  it('switches weights, and tells failures in its own form', async () => {
    expect((await post('/set_model', { gpt_model_path: 'test/fixtures/voice/voice.ckpt' })).json()).toEqual({
      code: 0,
      message: 'Success'
    })
    expect((await post('/set_model', { gpt_model_path: '/etc/passwd' })).json()).toEqual({
      code: 403,
      message: 'path is not allowed'
    })
    expect((await post('/set_model', {})).statusCode).toBe(400)
  })

  it('tells what is wrong', async () => {
    expect((await get('/', { ...right, text: ' ' })).json()).toEqual({ code: 400, message: 'text is required' })
    expect((await get('/', { ...right, text_language: 'xx' })).statusCode).toBe(400)
    expect((await get('/', { ...right, top_k: 'x' })).statusCode).toBe(422)
    expect((await get('/', { ...right, top_p: '9' })).json()).toMatchObject({ code: 400 })
  })

  it('passes on what /control says', async () => {
    expect((await get('/control', { command: 'exit' })).statusCode).toBe(200)
    expect((await post('/control', { command: 'restart' })).statusCode).toBe(200)
    expect(commands).toEqual(['exit', 'restart'])
  })
})
