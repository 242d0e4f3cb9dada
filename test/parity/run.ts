// npm run parity -- DIR: every stage against a folder of upstream's own results.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { checkCore } from './core.js'
import { Report } from './report.js'

const [dir] = process.argv.slice(2)
if (dir === undefined || !existsSync(join(dir, 'manifest.json'))) {
  console.error('usage: npm run parity -- DIR   (a folder with manifest.json, checkpoints/ and *.safetensors)')
  process.exit(2)
}
const report = new Report()
try {
  await checkCore(dir, report)
} catch (error) {
  report.fail('run', (error as Error).stack ?? String(error))
}
process.exitCode = report.finish() ? 0 : 1
