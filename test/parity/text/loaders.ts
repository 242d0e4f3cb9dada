import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { binding, run } from '../../../lib/native.js'
import { dictionaryFolder } from '../../../lib/text/dictionaries.js'
import type { LanguageLoaders } from '../../../lib/text/index.js'
import { loadEnglish } from '../../../lib/text/en/index.js'
import { loadJapanese } from '../../../lib/text/ja/index.js'
import { loadKorean } from '../../../lib/text/ko/index.js'
import { loadChinese } from '../../../lib/text/zh/index.js'
import { nativeSpelling } from '../../../lib/voice-text.js'

export interface LoaderOptions {
  /** A user dictionary of Japanese as CSV. */
  readonly userDictionary?: string | undefined
  readonly polyphones?: (sentence: string) => readonly string[] | undefined
}

/** The addon's loaders, with a user dictionary and a polyphone model that the goldens bring. */
export function languageLoaders({ userDictionary, polyphones }: LoaderOptions): LanguageLoaders {
  return {
    en: () => loadEnglish({ openSpelling: nativeSpelling }),
    zh: () => loadChinese({ polyphones }),
    ja: async () => {
      const dictionary = dictionaryFolder('ja')
      const compiled = userDictionary ? await compile(dictionary, userDictionary) : ''
      const number = binding().openJapanese(dictionary, compiled)
      return loadJapanese({ phones: (text) => binding().japanesePhones(number, text) })
    },
    ko: () => {
      const dictionary = dictionaryFolder('ko')
      return loadKorean({ morphemes: (text) => binding().morphemes(dictionary, text) })
    }
  }
}

async function compile(dictionary: string, csv: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'gpt-sovits-parity-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const output = join(folder, 'user.dic')
  await run((job) => binding().compileUserDictionary(job, dictionary, csv, output))
  return output
}
