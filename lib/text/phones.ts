import { OptionRangeError } from '../errors.js'
import type { SymbolVersion } from './language.js'
import { symbolIds } from './symbols.js'

/**
 * Refuses phones that the voice does not know: they would be silent.
 * @throws {OptionRangeError} names the first one, and the word that it is for
 */
export function checkPhones(word: string, phones: readonly string[], version: SymbolVersion): void {
  const unknown = phones.find((phone) => !symbolIds(version).has(phone))
  if (unknown !== undefined) {
    throw new OptionRangeError(
      `${JSON.stringify(unknown)}, given for ${JSON.stringify(word)}, is no phone of a ${version} voice`
    )
  }
  if (phones.length === 0) throw new OptionRangeError(`no phones are given for ${JSON.stringify(word)}`)
}
