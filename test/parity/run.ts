// npm run parity -- DIR: every stage against a folder of upstream's own results.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { checkCore } from './core.js'
import { checkFlow } from './flow.js'
import { checkStreaming } from './streaming.js'
import { Report } from './report.js'

const [dir] = process.argv.slice(2)
if (dir === undefined || !existsSync(join(dir, 'manifest.json'))) {
  console.error('usage: npm run parity -- DIR   (a folder with manifest.json, checkpoints/ and *.safetensors)')
  process.exit(2)
}
const report = new Report()
try {
  const layouts = [
    { file: 's1_v2.safetensors', check: checkCore },
    { file: 'cfm.safetensors', check: checkFlow },
    { file: 'streaming.safetensors', check: checkStreaming }
  ].filter(({ file }) => existsSync(join(dir, file)))
  if (layouts.length === 0) report.fail(dir, 'no s1_v2.safetensors, cfm.safetensors or streaming.safetensors is in it')
  for (const { check } of layouts) await check(dir, report)
} catch (error) {
  report.fail('run', (error as Error).stack ?? String(error))
}
process.exitCode = report.finish() ? 0 : 1
