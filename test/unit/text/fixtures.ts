import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Rows of test/fixtures/text: upstream's results on texts written for this project. */
export function readRows<Row>(name: string): Row[] {
  return readFileSync(join(process.cwd(), 'test', 'fixtures', 'text', name), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row)
}
