import { readFileSync } from 'node:fs'
import { FileError, OptionTypeError } from '../errors.js'
import type { SpokenLanguage } from './language.js'
import type { Lexicon } from './piece.js'

const LANGUAGES: readonly string[] = ['zh', 'en', 'ja', 'ko', 'yue'] satisfies SpokenLanguage[]

/**
 * Reads a lexicon from a file: a line holds a language, a word and its phones, apart by tabs, the phones by spaces.
 * Empty lines and lines that begin with `#` are passed over.
 * @example `en	gif	JH IH1 F`
 * @throws {FileError} the file cannot be read
 * @throws {OptionTypeError} a line is of another form; the message has its number
 */
export function readLexicon(path: string): Lexicon {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new FileError(`the lexicon ${path} cannot be read`, { cause })
  }
  const lexicon: Record<string, Record<string, readonly string[]>> = {}
  for (const [index, line] of text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const [language, word, phones, ...rest] = line.split('\t').map((field) => field.trim())
    if (!language || !LANGUAGES.includes(language) || !word || !phones || rest.length > 0) {
      throw new OptionTypeError(
        `${path}, line ${index + 1}: expected a language (${LANGUAGES.join(', ')}), a word and its phones, apart by tabs`
      )
    }
    const words = (lexicon[language] ??= Object.create(null) as Record<string, readonly string[]>)
    words[word] = phones.split(/ +/)
  }
  return lexicon
}
