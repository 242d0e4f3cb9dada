import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { scratch, tiny } from '../engine/voice.js'
import { copyVoice, copyVoiceAsV1 } from './characters.js'
import { referencePath, tinyServer } from './harness.js'

const root = scratch()
mkdirSync(join(root, 'weights'))
copyVoice(join(root, 'weights'), 'other')
copyVoiceAsV1(join(root, 'weights'), 'older')
const bad = join(root, 'weights', 'bad.pth')
writeFileSync(bad, 'not a checkpoint')
copyFileSync(join('test', 'fixtures', 'checkpoints', 'hostile_eval.pth'), join(root, 'weights', 'hostile.pth'))

const server = await tinyServer({ allowPaths: [root] })
const get = (url: string, query: Record<string, string> = {}) =>
  server.app.inject({ url: `${url}?${new URLSearchParams(query).toString()}`, headers: { host: 'localhost' } })
const speak = (text: string) =>
  get('/tts', { text, text_lang: 'en', prompt_lang: 'en', ref_audio_path: referencePath, seed: '1' })

describe('other weights', () => {
  it('take the place of the old ones when they load', async () => {
    const before = await speak('Hello.')
    const loaded = await get('/set_gpt_weights', { weights_path: join(root, 'weights', 'other.ckpt') })
    expect([loaded.statusCode, loaded.json()]).toEqual([200, { message: 'success' }])
    expect((await speak('Hello.')).rawPayload.equals(before.rawPayload)).toBe(true) // a copy of the same weights
  })

  it('leave the old ones speaking when they do not, under load too', async () => {
    const before = await speak('Hello.')
    const speaking = [speak('Hello.'), speak('Hello.'), speak('Hello.')]
    for (const [path, message] of [
      [bad, 'change sovits weight failed'],
      [join(root, 'weights', 'hostile.pth'), 'change sovits weight failed'],
      [tiny.gpt, 'change sovits weight failed'],
      [join(root, 'absent.pth'), 'change sovits weight failed']
    ] as const) {
      const answer = await get('/set_sovits_weights', { weights_path: path })
      expect([answer.statusCode, answer.json()]).toMatchObject([
        400,
        { message, Exception: expect.any(String) as string }
      ])
    }
    expect((await get('/set_sovits_weights', { weights_path: '/etc/passwd' })).statusCode).toBe(403)
    for (const answer of await Promise.all(speaking)) expect(answer.rawPayload.equals(before.rawPayload)).toBe(true)
    expect((await speak('Hello.')).rawPayload.equals(before.rawPayload)).toBe(true)
  })
})

describe('weights of another version', () => {
  const weights = (name: string) => ({ weights_path: join(root, 'weights', name) })
  /** The version whose languages are spoken, as its refusal of one that it lacks tells. */
  const languagesOf = async (): Promise<string | undefined> => {
    const query = { text: 'x', text_lang: 'ko', prompt_lang: 'xx', ref_audio_path: referencePath }
    const { message } = (await get('/tts', query)).json<{ message: string }>()
    return /: ko is not supported in version (\w+)/.exec(message)?.[1]
  }

  it('come one file after the other, and the old voice speaks meanwhile', async () => {
    const before = await speak('Hello.')
    const half = await get('/set_gpt_weights', weights('older.ckpt'))
    expect([half.statusCode, half.json()]).toEqual([
      200,
      { message: 'success', pending: 'the old voice speaks until sovits weights come that go with these' }
    ])
    expect((await speak('Hello.')).rawPayload.equals(before.rawPayload)).toBe(true)
    expect(await languagesOf()).not.toBe('v1')
    const whole = await get('/set_sovits_weights', weights('older.pth'))
    expect([whole.statusCode, whole.json()]).toEqual([200, { message: 'success' }])
    expect((await speak('Hello.')).statusCode).toBe(200)
    expect(await languagesOf()).toBe('v1')
    // And back, in the other order.
    expect((await get('/set_sovits_weights', weights('other.pth'))).json()).toMatchObject({ message: 'success' })
    expect(await languagesOf()).toBe('v1')
    expect((await get('/set_gpt_weights', weights('other.ckpt'))).json()).toEqual({ message: 'success' })
    expect(await languagesOf()).not.toBe('v1')
    expect((await speak('Hello.')).rawPayload.equals(before.rawPayload)).toBe(true)
  })

  it('are forgotten when the first file comes back', async () => {
    const before = await speak('Hello.')
    expect((await get('/set_gpt_weights', weights('older.ckpt'))).json()).toHaveProperty('pending')
    expect((await get('/set_gpt_weights', weights('other.ckpt'))).json()).toEqual({ message: 'success' })
    expect((await get('/set_sovits_weights', weights('other.pth'))).json()).toEqual({ message: 'success' })
    expect((await speak('Hello.')).rawPayload.equals(before.rawPayload)).toBe(true)
  })
})

describe('a reference set before', () => {
  it('is checked when it is set', async () => {
    expect((await get('/set_refer_audio', { refer_audio_path: referencePath })).json()).toEqual({ message: 'success' })
    const text = await get('/set_refer_audio', { refer_audio_path: 'package.json' })
    expect([text.statusCode, text.json()]).toMatchObject([400, { message: 'set refer audio failed' }])
    expect((await get('/set_refer_audio')).statusCode).toBe(400)
  })
})
