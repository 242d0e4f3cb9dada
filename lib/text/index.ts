import { UnsupportedLanguageError } from '../errors.js'
import { Frontends, type LanguageRun } from './frontend.js'
import type { LanguageMode } from './language.js'
import { Languages } from './languages.js'
import type { LanguageLoaders, TextFrontend } from './piece.js'

export { CUT_METHODS } from './cut.js'
export type { Frontend, LanguageMode, Pronunciation, SpokenLanguage, SymbolVersion } from './language.js'
export { LANGUAGE_MODES } from './languages.js'
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
export { SYMBOLS, symbolIds } from './symbols.js'

/** English comes with the package's own tables and needs nothing from the caller. */
const OWN_LOADERS: LanguageLoaders = {
  en: async () => (await import('./en/index.js')).loadEnglish()
}

async function segment(text: string, mode: LanguageMode): Promise<readonly LanguageRun[]> {
  if (mode === 'en') return [{ text, language: 'en' }]
  throw new UnsupportedLanguageError(`${mode} needs the language segmenter; only en is read without it`)
}

/**
 * Text to phones.
 * English is built in; every other language is read by what its loader makes, when a text first needs it.
 */
export function createTextFrontend(loaders: LanguageLoaders = {}): TextFrontend {
  return new Frontends(new Languages({ ...OWN_LOADERS, ...loaders }), segment)
}
