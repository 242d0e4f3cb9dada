import type { SymbolVersion } from './language.js'
import { BASE_SYMBOLS, LATER_SYMBOLS } from './symbol-tables.js'

const words = (table: string): string[] => table.trim().split(/\s+/)

/** Phone names; the index is the id that the voice knows. */
export const SYMBOLS: Readonly<Record<SymbolVersion, readonly string[]>> = {
  v1: words(BASE_SYMBOLS),
  v2: [...words(BASE_SYMBOLS), ...words(LATER_SYMBOLS)]
}

const ids: Readonly<Record<SymbolVersion, ReadonlyMap<string, number>>> = {
  v1: new Map(SYMBOLS.v1.map((symbol, id) => [symbol, id])),
  v2: new Map(SYMBOLS.v2.map((symbol, id) => [symbol, id]))
}

/** Id of each phone name. */
export function symbolIds(version: SymbolVersion): ReadonlyMap<string, number> {
  return ids[version]
}
