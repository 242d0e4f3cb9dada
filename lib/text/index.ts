import { Frontends, type Segmenter } from './frontend.js'
import type { EnglishOptions } from './en/index.js'
import type { JapaneseOptions } from './ja/index.js'
import type { KoreanOptions } from './ko/index.js'
import type { Frontend } from './language.js'
import { Languages } from './languages.js'
import type { LanguageLoaders, TextFrontend } from './piece.js'
import type { LanguageSegmenter } from './segment/index.js'
import type { ChineseOptions } from './zh/index.js'

export { CUT_METHODS } from './cut.js'
export { dictionaryFolder, pullDictionary, type PullProgress } from './dictionaries.js'
export type { Frontend, LanguageMode, Pronunciation, SpokenLanguage, SpokenWord, SymbolVersion } from './language.js'
export type { OpenSpellingModel, SpellingModel } from './en/spelling-model.js'
export { LANGUAGE_MODES } from './languages.js'
export { readLexicon } from './lexicon-file.js'
export type {
  BertSpan,
  CutMethod,
  LanguageLoaders,
  Lexicon,
  TextFrontend,
  TextOptions,
  TextPiece,
  TextSegment
} from './piece.js'
export { preSegment } from './pre-segment.js'
export { sentencesOf, type TextStream } from './sentences.js'
export { SYMBOLS, symbolIds } from './symbols.js'
export { wordsOf, type WordPhones } from './words.js'
export { BertTokenizer, charOfPhone, readBertVocabulary } from './zh/bert-tokens.js'

/** Reads Mandarin; with g2pW where its folder is given. */
export async function loadChinese(options: ChineseOptions): Promise<Frontend> {
  return (await import('./zh/index.js')).loadChinese(options)
}

/** Reads English; its network for unknown words in plain JavaScript unless the caller runs it. */
export async function loadEnglish(options: EnglishOptions = {}): Promise<Frontend> {
  return (await import('./en/index.js')).loadEnglish(options)
}

/** Reads Japanese with the caller's word analysis. */
export async function loadJapanese(options: JapaneseOptions): Promise<Frontend> {
  return (await import('./ja/index.js')).loadJapanese(options)
}

/** Reads Korean; without the caller's word analysis by fewer rules, with a warning. */
export async function loadKorean(options: KoreanOptions): Promise<Frontend> {
  return (await import('./ko/index.js')).loadKorean(options)
}

/** Languages that need nothing from the caller: their tables come with the package. */
const OWN_LOADERS: LanguageLoaders = {
  en: () => loadEnglish(),
  zh: async () => (await import('./zh/index.js')).loadChinese(),
  yue: async () => (await import('./yue/index.js')).loadCantonese()
}

export interface TextFrontendSettings {
  /** A fastText model for language identification, such as lid.176.bin. Defaults to the small one of the package. */
  readonly languageIdModel?: string
}

/** English alone needs no segmenter; its models are read when a text first does. */
function lazySegmenter(languageIdModel: string | undefined): Segmenter {
  let loading: Promise<LanguageSegmenter> | undefined
  let segmenter: LanguageSegmenter | undefined
  const load = async (): Promise<LanguageSegmenter> => {
    loading ??= import('./segment/index.js').then((module) => new module.LanguageSegmenter(languageIdModel))
    return (segmenter = await loading)
  }
  return (text, mode) => {
    if (mode === 'en') return [{ text, language: 'en' }]
    return segmenter ? segmenter.runs(text, mode) : load().then((loaded) => loaded.runs(text, mode))
  }
}

/**
 * Text to phones.
 * Languages whose tables the package holds are built in; a loader adds one, or takes the place of a built-in one.
 * Each is loaded when a text first needs it.
 */
export function createTextFrontend(loaders: LanguageLoaders = {}, settings: TextFrontendSettings = {}): TextFrontend {
  return new Frontends(new Languages({ ...OWN_LOADERS, ...loaders }), lazySegmenter(settings.languageIdModel))
}
