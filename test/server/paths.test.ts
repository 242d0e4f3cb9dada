import { mkdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { AllowedPaths } from '../../lib/server/paths.js'
import { scratch } from '../engine/voice.js'
import { charactersFolder } from './characters.js'
import { referencePath, tinyServer } from './harness.js'

const root = scratch()
const inside = join(root, 'inside')
const outside = join(root, 'outside')
const present = join(outside, 'present.wav')
const absent = join(outside, 'absent.wav')
for (const folder of [inside, outside]) mkdirSync(folder)
writeFileSync(present, readFileSync(referencePath))
writeFileSync(join(inside, 'own.wav'), 'x')
symlinkSync(present, join(inside, 'link-present.wav'))
symlinkSync(absent, join(inside, 'link-absent.wav'))
symlinkSync(outside, join(inside, 'link-folder'))
symlinkSync(join(inside, 'own.wav'), join(inside, 'link-inside.wav'))

describe('allowed paths', () => {
  const paths = new AllowedPaths(['inside'], root)

  it('are those under the folders, links within them included', async () => {
    const own = await paths.find('inside/own.wav')
    expect(own).toMatch(/inside\/own\.wav$/)
    expect(await paths.find(join(inside, 'link-inside.wav'))).toBe(own)
    expect(await paths.find('inside/../inside/own.wav')).toBe(own)
    expect(await paths.find('inside/missing.wav')).toBeUndefined()
    expect(await paths.find('inside/missing/deep.wav')).toBeUndefined()
  })

  it.each([
    ...[present, absent, 'outside/present.wav', 'outside/absent.wav', '../x', '/etc/passwd', '/etc/absent', ''],
    ...['inside/link-present.wav', 'inside/link-absent.wav', 'inside/link-folder/present.wav'],
    ...['inside/link-folder/absent.wav', 'inside/link-folder/absent/deep.wav', 'inside/../outside/present.wav'],
    ...[
      '\\\\host\\share\\x.wav',
      '//host/share/x.wav',
      'file:///etc/passwd',
      'file:/etc/passwd',
      'http://169.254.169.254/x'
    ],
    ...['/proc/self/environ', '/dev/stdin', 'inside/own.wav\0.txt', 'inside-too/x.wav', '~/x.wav/../../..']
  ])('are not %j', async (path) => {
    await expect(paths.find(path)).rejects.toMatchObject({
      code: 'ERR_GSV_PATH_NOT_ALLOWED',
      message: 'path is not allowed'
    })
  })

  it('are none when a folder is the root of everything', async () => {
    await expect(new AllowedPaths(['/'], root).find('/etc/passwd')).rejects.toThrow('path is not allowed')
  })
})

describe('a request that names a file elsewhere', async () => {
  const server = await tinyServer({ allowPaths: [inside] })
  const headers = { host: 'localhost' }
  const get = (url: string, query: Record<string, string>) =>
    server.app.inject({ url: `${url}?${new URLSearchParams(query).toString()}`, headers })
  const v2 = { text: 'Hi.', text_lang: 'en', prompt_lang: 'en' }
  const ways: readonly (readonly [string, (path: string) => ReturnType<typeof get>])[] = [
    ['ref_audio_path of api_v2', (path) => get('/tts', { ...v2, ref_audio_path: path })],
    [
      'ref_audio_path of the character dialect',
      (path) => get('/tts', { text: 'Hi.', ref_path: path, prompt_text: 'x' })
    ],
    ['aux_ref_audio_paths', (path) => get('/tts', { ...v2, ref_audio_path: referencePath, aux_ref_audio_paths: path })],
    ['set_refer_audio', (path) => get('/set_refer_audio', { refer_audio_path: path })],
    ['set_gpt_weights', (path) => get('/set_gpt_weights', { weights_path: path })],
    ['set_sovits_weights', (path) => get('/set_sovits_weights', { weights_path: path })]
  ]

  it.each(ways)('as %s hears the same, whether the file is there or not', async (_name, ask) => {
    const said = new Set<string>()
    const elsewhere = [present, absent, join(inside, 'link-present.wav'), join(inside, 'link-absent.wav')]
    for (const path of [
      ...elsewhere,
      '/etc/passwd',
      '/etc/absent',
      '/proc/self/environ',
      '/dev/stdin',
      '../../x',
      '%2e%2e/x'
    ]) {
      if (path.startsWith('%') && _name !== 'ref_audio_path of the character dialect') continue
      const answer = await ask(path)
      said.add(`${answer.statusCode} ${answer.body} ${answer.headers['content-length']}`)
    }
    expect([...said]).toHaveLength(1)
    expect([...said][0]).toMatch(/^403 .*path is not allowed/)
  })

  it.each(ways)('as %s leaves it unread', async (name, ask) => {
    const canary = join(outside, `${name.replaceAll(/\W/g, '-')}.wav`)
    writeFileSync(canary, readFileSync(referencePath))
    const longAgo = new Date('2020-01-01')
    utimesSync(canary, longAgo, new Date('2021-01-01'))
    for (const path of [canary, join(inside, 'link-folder', canary.slice(outside.length + 1))]) {
      expect((await ask(path)).statusCode).toBe(403)
    }
    expect(statSync(canary).atime).toEqual(longAgo)
  })

  it('would leave a mark if it did', ({ skip }) => {
    const control = join(outside, 'control.wav')
    writeFileSync(control, readFileSync(referencePath))
    utimesSync(control, new Date('2020-01-01'), new Date('2021-01-01'))
    readFileSync(control)
    if (statSync(control).atime.getFullYear() === 2020) skip('this file system keeps no access times')
  })
})

describe('names', async () => {
  const server = await tinyServer({ characters: charactersFolder(scratch()) })
  const get = (query: string) =>
    server.app.inject({ url: `/tts?text=Hi.&lang=en&${query}`, headers: { host: 'localhost' } })

  it.each(['../Alice', '..', 'Alice/../Alice', 'a%00b', '..%5CAlice', 'Alice%2F', '%252e%252e'])(
    'of characters such as %s find nothing',
    async (name) => {
      expect((await get(`character=${name}`)).statusCode).toBe(404)
    }
  )

  it('with line breaks put no header into an answer', async () => {
    for (const query of ['format=wav%0d%0ax-evil:%201', 'character=Alice%0d%0ax-evil:%201', 'format=..%2Fx']) {
      const answer = await get(query)
      expect(answer.statusCode).toBeGreaterThanOrEqual(400)
      expect(answer.headers['x-evil']).toBeUndefined()
      expect(answer.headers['content-disposition']).toBeUndefined()
    }
  })
})
