import type { SymbolVersion } from './language.js'
import { BASE_SYMBOLS, LATER_SYMBOLS } from './symbol-tables.js'

const words = (table: string): string[] => table.trim().split(/\s+/)

const base = words(BASE_SYMBOLS)

/** Phone names; the index is the id that the voice knows. */
export const SYMBOLS: Readonly<Record<SymbolVersion, readonly string[]>> = {
  v1: base,
  v2: [...base, ...words(LATER_SYMBOLS)]
}

const ids: Readonly<Record<SymbolVersion, ReadonlyMap<string, number>>> = {
  v1: new Map(SYMBOLS.v1.map((symbol, id) => [symbol, id])),
  v2: new Map(SYMBOLS.v2.map((symbol, id) => [symbol, id]))
}

/** Id of each phone name. */
export function symbolIds(version: SymbolVersion): ReadonlyMap<string, number> {
  return ids[version]
}

/** A phone's name as the tables hold it: the same string is found at once, another one letter by letter. */
export function symbolOf(phone: string): string {
  return SYMBOLS.v2[ids.v2.get(phone) ?? -1] ?? phone
}
