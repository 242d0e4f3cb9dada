import type { Score } from './score.js'

export interface FileReport extends Score {
  readonly categories: Readonly<Record<string, Score>>
}

const COLUMNS = [30, 7, 7, 8, 7, 9, 9]
const cells = (values: readonly string[]): string =>
  values.map((value, index) => (index === 0 ? value.padEnd(COLUMNS[0]!) : value.padStart(COLUMNS[index]!))).join('')

const HEAD = cells(['file / category', 'items', 'exact', '%', 'norm', 'word2ph', 'per'])

function line(name: string, score: Score): string {
  const percent = score.items === 0 ? 0 : (100 * score.exact) / score.items
  return cells([
    name,
    String(score.items),
    String(score.exact),
    percent.toFixed(2),
    score.norm === null ? '-' : String(score.norm),
    score.word2ph === null ? '-' : String(score.word2ph),
    score.per === null ? '-' : `${(100 * score.per).toFixed(3)}%`
  ])
}

/** A table: each file in one line, its categories indented under it. */
export function table(files: Readonly<Record<string, FileReport>>): string {
  const lines = [HEAD]
  for (const [name, file] of Object.entries(files)) {
    lines.push(line(name, file))
    for (const [category, score] of Object.entries(file.categories)) lines.push(line(`  ${category}`, score))
  }
  return lines.join('\n')
}
