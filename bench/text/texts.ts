import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../lib/package-root.cjs'

const FILES: Readonly<Record<string, string>> = {
  zh: 'text-zh/mandarin.jsonl',
  en: 'text/english.jsonl',
  ja: 'text/japanese.jsonl',
  ko: 'text/korean.jsonl',
  yue: 'text-zh/cantonese.jsonl',
  auto: 'text/segments.jsonl'
}

/** The test texts of a mode, or those of a folder with `en.jsonl` and so on, where `auto` is `mixed.jsonl`. */
export function textsOf(mode: string, folder?: string): string[] {
  const own = FILES[mode]
  if (!own) throw new Error(`--modes: ${mode} is none of ${Object.keys(FILES).join(', ')}`)
  const file =
    folder === undefined
      ? join(packageRoot, 'test', 'fixtures', own)
      : join(folder, `${mode === 'auto' ? 'mixed' : mode}.jsonl`)
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  return [...new Set(lines.map((line) => (JSON.parse(line) as { text: string }).text))]
}

export const characters = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + [...text].length, 0)

/** The same numbers in every run. */
function drawer(): (below: number) => number {
  let state = 1
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state >>> 8) % below
  }
}

/** Where a text may be cut in two: between words where it has spaces, else anywhere. */
function gaps(text: readonly string[]): readonly number[] {
  const all = Array.from({ length: text.length + 1 }, (_unused, at) => at)
  return text.includes(' ') ? all.filter((at) => at % text.length === 0 || text[at] === ' ') : all
}

/** One text in so many, if it has Latin words, begins with one that no dictionary knows. */
const TEXTS_A_MADE_UP_WORD = 10

/** So many different texts out of the halves of these, with other digits: what a program reads day after day. */
export function variants(texts: readonly string[], count: number): string[] {
  const draw = drawer()
  const cut = texts.map((text) => ({ text: [...text], gaps: gaps([...text]) }))
  const half = (from: 0 | 1): string => {
    const { text, gaps: places } = cut[draw(cut.length)]!
    const middle = places[draw(places.length)]!
    return (from === 0 ? text.slice(0, middle) : text.slice(middle)).join('')
  }
  const syllable = (): string => 'bcdfghjklmnprstvwz'[draw(18)]! + 'aeiou'[draw(5)]!
  const madeUpWord = (): string => Array.from({ length: 2 + draw(3) }, syllable).join('')
  return Array.from({ length: count }, (_unused, index) => {
    const text = (half(0) + half(1)).replace(/[0-9]/g, () => String(draw(10)))
    return index % TEXTS_A_MADE_UP_WORD === 0 && /[a-z] /.test(text) ? `${madeUpWord()} ${text}` : text
  })
}
