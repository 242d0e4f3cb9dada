import type { LanguageLoaders } from '../../../lib/text/index.js'

export interface LoaderOptions {
  readonly userDictionary?: string
  readonly polyphones?: (sentence: string) => readonly string[] | undefined
}

/** Loaders of every language that the package can read here. */
export function languageLoaders({ polyphones }: LoaderOptions): LanguageLoaders {
  return {
    zh: async () => (await import('../../../lib/text/zh/index.js')).loadChinese({ polyphones })
  }
}
