import { describe, expect, it } from 'vitest'
import { OverloadedError, VoiceNotFoundError } from '../../lib/errors.js'
import type { DialectSettings } from '../../lib/server/dialect.js'
import { character } from '../../lib/server/dialects/character.js'
import { get, post, settings } from './requests.js'

const parse = (fields: Record<string, unknown>, more: Partial<DialectSettings> = {}) =>
  character.parse(post(fields), { ...settings, ...more })
const fail = (fields: Record<string, unknown>) => {
  try {
    parse(fields)
  } catch (error) {
    return character.render({ kind: 'error', error }, settings)
  }
  throw new Error('it parsed')
}

describe('parameters of the character dialect', () => {
  it('have the defaults of the original', () => {
    expect(character.parse(get('text=x'), settings)).toEqual({
      task: { kind: 'text', text: 'x' },
      voice: { emotion: 'default', lenient: false },
      options: {
        ...{ language: 'auto', speed: 1, topK: 5, topP: 0.8, temperature: 0.8, repetitionPenalty: 1.35, cut: 'cut0' }
      },
      chunks: 'sentence',
      output: { format: 'wav', streaming: false, wavSizes: 'unknown' },
      cached: false
    })
  })

  it.each([
    [
      { txt: 'x', spk: 'Bob', style: 'happy' },
      { character: 'Bob', emotion: 'happy', lenient: false }
    ],
    [
      { t: 'x', role: 'Bob', character_emotion: 'sad' },
      { character: 'Bob', emotion: 'sad', lenient: false }
    ]
  ])('go by any alias: %o', (fields, voice) => {
    expect(parse(fields)).toMatchObject({ task: { text: 'x' }, voice })
  })

  it.each([
    ['120%', 1.2],
    ['1.5', 1.5],
    [' 2 ', 2],
    [0.75, 0.75]
  ])('read a speed of %j as %d', (speed, expected) => {
    expect(parse({ text: 'x', spd: speed }).options.speed).toBe(expected)
  })

  it.each(['true', '1', 'T', 'y', 'YES', 'allow', 'Allowed', true, 1])('take %j for yes', (value) => {
    expect(parse({ text: 'x', stream: value }).output.streaming).toBe(true)
  })

  it.each(['false', '0', 'no', 'on', '', false, 0])('take %j for no', (value) => {
    expect(parse({ text: 'x', streaming: value }).output.streaming).toBe(false)
  })

  it('are percent-decoded once more, except what is no escape', () => {
    expect(character.parse(get('text=100%2525%20sure%20%2541%20100%25'), settings).task).toEqual({
      kind: 'text',
      text: '100% sure A 100%'
    })
  })

  it.each([
    ['英文', 'en'],
    ['中英混合', 'zh'],
    ['日文', 'all_ja'],
    ['多语种混合', 'auto'],
    ['yue', 'yue'],
    ['EN', 'en'],
    ['en-US', 'en'],
    ['klingon', 'auto']
  ])('read the language %s as %s', (name, mode) => {
    expect(parse({ text: 'x', lang: name }).options.language).toBe(mode)
  })

  it('clean the text as the original does', () => {
    expect(parse({ text: 'a\tb\r\nc……d…e<br>f\n\ng', cut: 'cut0' }).task).toEqual({
      kind: 'text',
      text: 'a b。\nc。d。e。\nf。\ng'
    })
  })

  it('ignore keys they do not know, and null', () => {
    expect(parse({ text: 'x', copy: 'y', params_config: 1, seed: null })).toMatchObject({ task: { text: 'x' } })
  })

  it('cut at lengths of the caller, whole sentences first', () => {
    const { task, options } = parse({ text: 'One two. Three four. Five, six seven eight nine.', max_cut: 20 })
    expect(options.cut).toBe('cut0')
    expect(task).toEqual({ kind: 'text', text: 'One two. Three four.\nFive,\nsix seven eight\nnine.' })
  })

  it('remember an answer only when it can be had again', () => {
    expect(parse({ text: 'x', save: 1 }).cached).toBe(false)
    expect(parse({ text: 'x', save: 1, seed: 5 }).cached).toBe(true)
    expect(parse({ text: 'x', save: 1, seed: 5, stream: 1 }).cached).toBe(false)
  })

  it('treat the configuration default `tts` as text, and read SSML under any name of the text', () => {
    expect(parse({ task_type: 'tts', text: 'x' }).task.kind).toBe('text')
    expect(parse({ type: 'ssml', text: '<speak>x</speak>' }).task).toEqual({ kind: 'ssml', ssml: '<speak>x</speak>' })
  })

  it('never take __proto__ for a field', () => {
    const body = JSON.parse('{"text":"x","__proto__":{"speed":3}}') as Record<string, unknown>
    expect(parse(body).options.speed).toBe(1)
  })
})

describe('answers of the character dialect', () => {
  it.each([
    [{ text: '' }, 'Text is empty'],
    [{}, 'Text is empty'],
    [{ text: null }, 'Text is empty'],
    [{ text: ' \n ' }, 'Text is empty'],
    [{ task_type: 'ssml', ssml: ' ' }, 'SSML is empty']
  ])('%o is 400 in the original words', (fields, detail) => {
    expect(fail(fields)).toEqual({ status: 400, headers: {}, json: { status_code: 400, detail, headers: null } })
  })

  it.each([
    [{ text: 'x', top_k: 'abc' }, 'top_k'],
    [{ text: 'x', speed: 'fast' }, 'speed'],
    [{ text: ['x'] }, 'text'],
    [{ text: 'x', format: '../x' }, 'format'],
    [{ text: 'x', format: 'a\r\nb: c' }, 'format'],
    [{ text: 'x', cut: 'cut9' }, 'cut_method'],
    [{ text: 'x', task: 'audio' }, 'task_type']
  ])('%o names the field', (fields, name) => {
    const { status, json } = fail(fields)
    expect(status).toBe(400)
    expect(json).toMatchObject({ status_code: 400, detail: expect.stringContaining(name) as string, headers: null })
  })

  it.each([
    [new VoiceNotFoundError('character not found: X'), 404, 'character not found: X'],
    [new OverloadedError('busy'), 503, 'busy'],
    [new Error('boom'), 500, 'boom']
  ])('%s has a true status', (error, status, detail) => {
    const reply = character.render({ kind: 'error', error }, settings)
    expect(reply.status).toBe(status)
    expect(reply.json).toMatchObject({ status_code: status, detail, headers: null })
    expect(reply.headers['retry-after']).toBe(status === 503 ? '1' : undefined)
    expect(character.render({ kind: 'error', error }, { ...settings, compatStatus200: true }).status).toBe(200)
  })

  it('name a file by its format when it is whole, not when it is streamed or remembered', () => {
    const render = (fields: Record<string, unknown>, fromCache = false) =>
      character.render(
        { kind: 'audio', request: parse({ text: 'x', ...fields }), mimeType: 'audio/x', fileStem: '2026', fromCache },
        settings
      ).headers
    expect(render({ format: 'WAV' })).toEqual({
      'content-type': 'audio/x',
      'content-disposition': 'attachment; filename="2026.wav"'
    })
    expect(render({ stream: 1 })).toEqual({ 'content-type': 'audio/x' })
    expect(render({}, true)).toEqual({ 'content-type': 'audio/x' })
  })
})
