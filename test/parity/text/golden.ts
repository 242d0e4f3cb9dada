import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CutMethod, LanguageMode, SymbolVersion } from '../../../lib/text/index.js'

interface RowBase {
  readonly id: string
  readonly category: string
  readonly text: string
}

export interface FrontRow extends RowBase {
  readonly kind: 'front'
  readonly lang_mode: LanguageMode
  readonly version: SymbolVersion
  readonly norm_text: string
  readonly phones: readonly string[]
  readonly phone_ids: readonly number[]
  readonly word2ph: readonly number[] | null
  readonly alternatives?: readonly { readonly phone_ids: readonly number[] }[]
  /** What the polyphone model is to be assumed to answer, a sentence each. */
  readonly g2pw_replay?: readonly { readonly sentence: string; readonly pinyin: readonly string[] }[]
  /** Upstream raises on the text: no segments are right. */
  readonly error?: string
}

export interface CutRow extends RowBase {
  readonly kind: 'cut'
  readonly lang_mode: LanguageMode
  readonly methods: Readonly<
    Record<
      CutMethod,
      { readonly cut?: string | null; readonly pre_seg?: readonly string[]; readonly cut_error?: string }
    >
  >
}

export interface SegmentRow extends RowBase {
  readonly kind: 'seg'
  readonly default_lang: '' | 'zh' | 'ja' | 'ko'
  readonly segments: readonly { readonly lang: string; readonly text: string }[]
}

export type Row = FrontRow | CutRow | SegmentRow

export interface GoldenFile {
  readonly name: string
  readonly rows: readonly Row[]
}

/** Every `*.jsonl` of a folder; `only` keeps those of the given names. */
export function readGoldens(folder: string, only?: readonly string[]): GoldenFile[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.jsonl'))
    .map((file) => file.slice(0, -'.jsonl'.length))
    .filter((name) => !only || only.includes(name))
    .sort()
    .map((name) => ({
      name,
      rows: readFileSync(join(folder, `${name}.jsonl`), 'utf8')
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map((line) => JSON.parse(line) as Row)
    }))
}
