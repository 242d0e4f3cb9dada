import { symbolOf } from '../symbols.js'

const SPACE = 0x20
const CODES = 128

/**
 * Phones of one or two ASCII characters, by those: the same string each time, which is found in tables without a copy.
 * Made in full length: a list that grows by leaps becomes a table of hashes.
 */
const names = new Array<string | undefined>(CODES * CODES)

/** Adds phones that stand apart by single spaces. */
export function addPhones(read: string, phones: string[]): void {
  for (let start = 0; start < read.length;) {
    let end = start + 1
    while (end < read.length && read.charCodeAt(end) !== SPACE) end++
    phones.push(end - start > 2 ? read.slice(start, end) : shortName(read, start, end))
    start = end + 1
  }
}

function shortName(read: string, start: number, end: number): string {
  const [first, second] = [read.charCodeAt(start), end - start === 2 ? read.charCodeAt(start + 1) : 0]
  if (first >= CODES || second >= CODES) return read.slice(start, end)
  return (names[first * CODES + second] ??= symbolOf(read.slice(start, end)))
}
