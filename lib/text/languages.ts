import { UnsupportedLanguageError } from '../errors.js'
import type { Frontend, LanguageMode, SpokenLanguage, SymbolVersion } from './language.js'
import type { Later } from './later.js'
import type { LanguageLoaders } from './piece.js'

const NAMES: Readonly<Record<SpokenLanguage, string>> = {
  zh: 'Chinese',
  en: 'English',
  ja: 'Japanese',
  ko: 'Korean',
  yue: 'Cantonese'
}

const V1_MODES: readonly LanguageMode[] = ['auto', 'en', 'zh', 'ja', 'all_zh', 'all_ja']
const V2_MODES: readonly LanguageMode[] = [...V1_MODES, 'auto_yue', 'yue', 'ko', 'all_yue', 'all_ko']

/** Languages that a version can be asked for. */
export const LANGUAGE_MODES: Readonly<Record<SymbolVersion, readonly LanguageMode[]>> = { v1: V1_MODES, v2: V2_MODES }

/** Whether a voice of the version was taught the language. */
export function isSpokenBy(version: SymbolVersion, language: SpokenLanguage): boolean {
  return version === 'v2' || (language !== 'ko' && language !== 'yue')
}

/**
 * The mode as it stands in the table, so that later comparisons need not look at the letters of one that came in a
 * message.
 * @throws {UnsupportedLanguageError} the mode is unknown, or the version does not have it.
 */
export function checkedMode(mode: LanguageMode, version: SymbolVersion): LanguageMode {
  const allowed = LANGUAGE_MODES[version]
  const index = allowed.indexOf(mode)
  if (index >= 0) return allowed[index]!
  const known = V2_MODES.includes(mode)
  throw new UnsupportedLanguageError(
    known
      ? `a ${version} voice does not speak ${JSON.stringify(mode)}; it speaks ${allowed.join(', ')}`
      : `${JSON.stringify(mode)} is no language; known are ${allowed.join(', ')}`
  )
}

/** Frontends by language, each made when it is first asked for. */
export class Languages {
  readonly #loaders: LanguageLoaders
  readonly #frontends = new Map<SpokenLanguage, Later<Frontend>>()

  constructor(loaders: LanguageLoaders) {
    this.#loaders = loaders
  }

  get(language: SpokenLanguage): Later<Frontend> {
    return this.#frontends.get(language) ?? this.#load(language)
  }

  async #load(language: SpokenLanguage): Promise<Frontend> {
    const load = this.#loaders[language]
    if (!load) throw new UnsupportedLanguageError(`${NAMES[language]} (${language}) is not part of this text frontend`)
    const loading = load()
    this.#frontends.set(language, loading)
    try {
      const frontend = await loading
      this.#frontends.set(language, frontend)
      return frontend
    } catch (error) {
      // Tried again when it is next asked for: its data may be put there in the meantime.
      this.#frontends.delete(language)
      throw error
    }
  }
}
