import type { PhoneSequence, SpellingWeights } from '../binding.js'
import { MissingDataError, MissingModelError } from './errors.js'
import { addonPath } from './native-paths.js'
import { binding } from './native.js'
import type { GptSovitsConfig } from './options.js'
import type { VoiceModules } from './store/index.js'
import {
  createTextFrontend,
  dictionaryFolder,
  loadChinese,
  loadEnglish,
  loadJapanese,
  loadKorean,
  type Frontend,
  type SpellingModel,
  type TextFrontend,
  type TextPiece
} from './text/index.js'

/** The fields of a config that say how text is read. */
export type TextConfig = Pick<
  GptSovitsConfig,
  'g2pw' | 'bert' | 'languageIdModel' | 'japaneseUserDictionary' | 'cacheDir'
>

/** The text room with what it takes from the addon: word analysis for Japanese and Korean. */
export function frontend(config: TextConfig = {}): TextFrontend {
  const { languageIdModel } = config
  return createTextFrontend(
    {
      en: () => loadEnglish({ openSpelling: nativeSpelling }),
      zh: () => chinese(config),
      ja: () => japanese(config),
      ko: () => korean()
    },
    languageIdModel === undefined ? {} : { languageIdModel }
  )
}

/** The network for unknown English words in the addon. Without the addon English is read as well, only slower. */
export function nativeSpelling(weights: SpellingWeights): SpellingModel | undefined {
  if (addonPath() === undefined) return undefined
  const network = binding().openSpelling(weights)
  return (letters, { start, end, most }) => binding().spell(network, letters, start, end, most)
}

async function chinese({ g2pw, bert, cacheDir }: TextConfig): Promise<Frontend> {
  // The store is loaded where it is needed: English is read before it would be.
  const { findPulled } = await import('./store/index.js')
  const folder = g2pw ?? (await findPulled('g2pw', cacheDir))
  if (folder === undefined) return loadChinese({})
  return loadChinese({ g2pw: { folder, vocabularyFolder: bert ?? (await findPulled('bert', cacheDir)) } })
}

async function japanese({ japaneseUserDictionary: csv, cacheDir }: TextConfig): Promise<Frontend> {
  const dictionary = dictionaryFolder('ja')
  const userDictionary = csv === undefined ? '' : await compiled(dictionary, csv, cacheDir)
  const number = binding().openJapanese(dictionary, userDictionary)
  return loadJapanese({ phones: (text) => binding().japanesePhones(number, text) })
}

// Loaded only here: it brings the store with it.
async function compiled(dictionary: string, csv: string, cacheDir: string | undefined): Promise<string> {
  const { compiledUserDictionary } = await import('./user-dictionary.js')
  return compiledUserDictionary(dictionary, csv, cacheDir)
}

async function korean(): Promise<Frontend> {
  const dictionary = koreanDictionary()
  return loadKorean(dictionary === undefined ? {} : { morphemes: (text) => binding().morphemes(dictionary, text) })
}

// Korean is read without its dictionary too, with fewer rules and a warning.
function koreanDictionary(): string | undefined {
  try {
    return dictionaryFolder('ko')
  } catch (error) {
    if (error instanceof MissingDataError) return undefined
    throw error
  }
}

/** A piece as the engine takes it: phone ids, and BERT ids where it is Chinese. */
export function phoneSequence(piece: TextPiece, modules: VoiceModules): PhoneSequence {
  const bert = piece.bertSpans.map((span) => {
    if (!modules.bertIds) {
      throw new MissingModelError('Chinese needs BERT: give `bert`, the folder of chinese-roberta-wwm-ext-large')
    }
    return {
      ids: modules.bertIds(span.normText),
      word2ph: Int32Array.from(span.word2ph),
      firstPhone: span.firstPhone
    }
  })
  return { phones: piece.phoneIds, bert }
}
