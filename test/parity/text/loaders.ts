import type { LanguageLoaders } from '../../../lib/text/index.js'

export interface LoaderOptions {
  readonly userDictionary?: string
  readonly polyphones?: (sentence: string) => readonly string[] | undefined
}

/** Loaders of every language that the package can read here. */
export function languageLoaders(_options: LoaderOptions): LanguageLoaders {
  return {}
}
