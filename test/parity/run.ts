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
  if (existsSync(join(dir, 's1_v2.safetensors'))) await checkCore(dir, report)
  else report.skip(dir, 'no v1 or v2 results in it; later versions are not read by this release')
} catch (error) {
  report.fail('run', (error as Error).stack ?? String(error))
}
process.exitCode = report.finish() ? 0 : 1
