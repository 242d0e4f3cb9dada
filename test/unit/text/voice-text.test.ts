import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { dictionaryFolder } from '../../../lib/text/index.js'
import { frontend } from '../../../lib/voice-text.js'

const cacheDir = mkdtempSync(join(tmpdir(), 'gsv-voice-text-'))
afterAll(() => rmSync(cacheDir, { recursive: true, force: true }))

const hasJapanese = (() => {
  try {
    return dictionaryFolder('ja') !== ''
  } catch {
    return false
  }
})()

describe.skipIf(!hasJapanese)('a Japanese user dictionary', () => {
  const csv = join(cacheDir, 'words.csv')
  writeFileSync(csv, '酒々井,*,*,-32767,名詞,固有名詞,一般,*,*,*,ソラマメ,ソラマメ,ソラマメ,0/4,*\n')
  const phonesOf = async (japaneseUserDictionary?: string): Promise<readonly string[]> =>
    (await frontend({ cacheDir, japaneseUserDictionary }).pronounce('酒々井です。', { language: 'ja' })).phones

  it('says how its words are read, and is compiled once', async () => {
    const phones = await phonesOf(csv)
    expect(phones.join(' ')).toMatch(/^s o .*r a .*m a .*m e/)
    expect(await phonesOf()).not.toEqual(phones)
    const compiled = readdirSync(join(cacheDir, 'user-dictionaries'))
    expect(await phonesOf(csv)).toEqual(phones)
    expect(compiled).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.dic$/)])
    expect(readdirSync(join(cacheDir, 'user-dictionaries'))).toEqual(compiled)
  })

  it('that is not there is named', async () => {
    const missing = join(cacheDir, 'missing.csv')
    const failure = { code: 'ERR_GSV_FILE', message: expect.stringContaining(missing) }
    await expect(phonesOf(missing)).rejects.toMatchObject(failure)
  })
})

describe('a model for language identification', () => {
  it('that is not there is named', async () => {
    const languageIdModel = join(cacheDir, 'missing.bin')
    const reading = frontend({ languageIdModel }).pronounce('Hello 你好', { language: 'auto' })
    await expect(reading).rejects.toThrow(languageIdModel)
  })
})

describe('g2pW', () => {
  it('that is not there is named', async () => {
    const g2pw = join(cacheDir, 'missing-model')
    await expect(frontend({ g2pw }).pronounce('你好', { language: 'zh' })).rejects.toThrow(g2pw)
  })
})
