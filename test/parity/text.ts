/**
 * Compares the text frontend with upstream's recorded results.
 * usage: npm run parity:text -- DIR [--json] [--only en,cut,seg] [--verbose]
 */
import { parseArgs } from 'node:util'
import { LanguageSegmenter } from '../../lib/text/segment/index.js'
import { compare } from './text/compare.js'
import { Frontends } from './text/frontends.js'
import { readGoldens, type GoldenFile } from './text/golden.js'
import { table, type FileReport } from './text/report.js'
import { scoreOf, type Outcome } from './text/score.js'

const USAGE = 'usage: npm run parity:text -- DIR [--json] [--only FILE,FILE] [--verbose]'

type Note = (id: string, message: string) => void

async function run(file: GoldenFile, frontends: Frontends, segmenter: LanguageSegmenter, note: Note) {
  const outcomes: Outcome[] = []
  const byCategory = new Map<string, Outcome[]>()
  for (const row of file.rows) {
    let message = 'differs'
    const outcome = await compare(row, file.name, frontends, segmenter, (text) => (message = text))
    if (!outcome.exact) note(`${file.name} ${row.id}`, message)
    outcomes.push(outcome)
    byCategory.set(row.category, [...(byCategory.get(row.category) ?? []), outcome])
  }
  const categories = Object.fromEntries([...byCategory].map(([name, found]) => [name, scoreOf(found)]))
  return { ...scoreOf(outcomes), categories } satisfies FileReport
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean' }, only: { type: 'string' }, verbose: { type: 'boolean' } }
  })
  const [folder] = positionals
  if (!folder) {
    console.error(USAGE)
    return 2
  }
  const frontends = new Frontends(folder)
  const segmenter = new LanguageSegmenter()
  const note: Note = (id, message) => {
    if (values.verbose) console.error(`${id}: ${message}`)
  }
  const files: Record<string, FileReport> = {}
  for (const file of readGoldens(folder, values.only?.split(','))) {
    files[file.name] = await run(file, frontends, segmenter, note)
  }
  const items = Object.values(files).reduce((sum, file) => sum + file.items, 0)
  const passed = Object.values(files).reduce((sum, file) => sum + file.exact, 0)
  const closing = `${passed} passed, ${items - passed} failed`
  if (values.json) {
    console.log(JSON.stringify({ files }))
    console.error(closing)
  } else console.log(`${table(files)}\n${closing}`)
  return items > 0 && passed === items ? 0 : 1
}

process.exitCode = await main()
