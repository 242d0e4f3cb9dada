import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Pronunciation, SymbolVersion } from '../../../lib/text/language.js'

/** A text with upstream's result: phones separated by spaces, phones per character as a string of digits. */
export interface Row {
  readonly id: string
  readonly version: SymbolVersion
  readonly text: string
  readonly normText: string
  readonly phones: string
  readonly word2ph: string
  /** Sentences in the order in which the model was asked, with a reading for each character. */
  readonly polyphones?: readonly (readonly [sentence: string, readings: string])[]
}

const folder = join(process.cwd(), 'test', 'fixtures', 'text-zh')

export function readRows<T = Row>(name: string): T[] {
  return readFileSync(join(folder, name), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T)
}

export function readFixture(name: string): unknown {
  return JSON.parse(readFileSync(join(folder, name), 'utf8'))
}

/** In the form of a row, so that a failure shows both. */
export function asRow({ normText, phones, word2ph }: Pronunciation) {
  return { normText, phones: phones.join(' '), word2ph: word2ph?.join('') }
}
