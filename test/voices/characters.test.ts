import { copyFileSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Characters, emotionOf, languageOfName } from '../../lib/voices/index.js'
import { reference, scratch } from '../engine/voice.js'
import { charactersFolder, copyVoice } from '../server/characters.js'

const root = scratch()
const directory = charactersFolder(root)
const characters = new Characters({ directory })

describe('a characters folder', () => {
  it('lists its folders with their emotions, broken and empty ones with a default', async () => {
    const list = await characters.list()
    expect(list.map(({ name, emotions }) => [name, emotions.map((emotion) => emotion.name)])).toEqual([
      ['Alice', ['default', 'happy']],
      ['BadJson', ['default']],
      ['Bob', ['default']],
      ['EmptyDir', ['default']]
    ])
  })

  it('reads infer_config.json, its paths relative to the folder', async () => {
    const { model, emotions } = await characters.find('alice')
    const folder = join(directory, 'Alice')
    expect(model).toEqual({ gpt: join(folder, 'a.ckpt'), sovits: join(folder, 'a.pth') })
    expect(emotions[1]).toEqual({
      name: 'happy',
      reference: { audio: join(folder, 'refs', 'h.wav'), text: 'hello there', language: 'en' }
    })
  })

  it('takes the first files of a folder without one; the recording is called what it says', async () => {
    const carol = join(directory, 'Carol')
    mkdirSync(join(carol, 'sub'), { recursive: true })
    copyVoice(carol, 'z')
    copyVoice(join(carol, 'sub'), 'a')
    copyFileSync(reference.audio, join(carol, 'sub', 'Good morning.wav'))
    expect(await characters.find('Carol')).toEqual({
      name: 'Carol',
      model: { gpt: join(carol, 'sub', 'a.ckpt'), sovits: join(carol, 'sub', 'a.pth') },
      emotions: [
        {
          name: 'default',
          reference: { audio: join(carol, 'sub', 'Good morning.wav'), text: 'Good morning', language: 'auto' }
        }
      ]
    })
  })

  it('takes an imported voice', async () => {
    mkdirSync(join(directory, 'Dora'))
    writeFileSync(join(directory, 'Dora', 'voice.json'), '{}')
    expect((await characters.find('dora')).model).toEqual({ voice: join(directory, 'Dora') })
  })

  it('is looked at anew: a folder, or a configuration, that came later is found', async () => {
    const late = join(directory, 'Late')
    mkdirSync(late)
    expect((await characters.find('late')).emotions).toEqual([{ name: 'default' }])
    const config = { emotion_list: { calm: { ref_audio_path: 'c.wav' } } }
    writeFileSync(join(late, 'infer_config.json'), JSON.stringify(config))
    utimesSync(join(late, 'infer_config.json'), new Date(), new Date(Date.now() + 5000))
    expect((await characters.find('late')).emotions[0]?.name).toBe('calm')
  })

  it('tells two folders apart that differ by case alone', async () => {
    mkdirSync(join(directory, 'ALICE'))
    expect((await characters.find('ALICE')).emotions).toEqual([{ name: 'default' }])
    expect((await characters.find('Alice')).emotions).toHaveLength(2)
  })

  it('follows links to folders', async () => {
    symlinkSync(join(directory, 'Alice'), join(directory, 'Linked'))
    expect((await characters.find('linked')).emotions).toHaveLength(2)
  })

  it('finds the first without a name, and nothing by a path', async () => {
    expect((await characters.find()).name).toBe('ALICE')
    for (const name of ['Nobody', '../Alice', '..', 'Alice/', '.', '\0', 'Alice\\']) {
      await expect(characters.find(name)).rejects.toMatchObject({ code: 'ERR_GSV_VOICE_NOT_FOUND' })
    }
    await expect(new Characters({ directory: join(root, 'absent') }).list()).rejects.toMatchObject({
      code: 'ERR_GSV_FILE'
    })
  })

  it('puts a voice without a folder first', async () => {
    const own = { name: 'default', model: { voice: 'x' }, emotions: [{ name: 'default' }] }
    expect((await new Characters({ directory, own }).find()).name).toBe('default')
  })
})

describe('an emotion', () => {
  it('is found without case, and is the first when it is unknown', async () => {
    const alice = await characters.find('Alice')
    expect(emotionOf(alice, 'HAPPY').name).toBe('happy')
    expect(emotionOf(alice, 'furious').name).toBe('default')
    expect(emotionOf(alice, undefined).name).toBe('default')
  })
})

describe('a name of a language', () => {
  it.each([
    ['中文', 'all_zh'],
    ['多语种混合', 'auto'],
    ['EN', 'en'],
    ['en-US', 'en'],
    ['zh_CN', 'zh'],
    ['all_yue', 'all_yue'],
    ['klingon', undefined],
    ['constructor', undefined]
  ])('%s is %s', (name, mode) => {
    expect(languageOfName(name)).toBe(mode)
  })
})
