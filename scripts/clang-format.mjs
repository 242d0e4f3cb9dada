// clang-format over our C++: --check names the files that differ, --write formats them.

import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const sources = /\.(cc|cpp|h|inl|cu|cuh)$/
const foreign = /(^|[\\/])third_party[\\/]/

function filesIn(folder) {
  const path = join(root, folder)
  if (!existsSync(path)) return []
  const names = readdirSync(path, { recursive: true }).filter((name) => sources.test(name) && !foreign.test(name))
  return names.map((name) => join(folder, name))
}

const files = [...filesIn('native'), ...filesIn(join('test', 'native'))].sort()
const { clangFormatPath } = createRequire(import.meta.url)('clang-format-node')
const mode = process.argv.includes('--write') ? ['-i'] : ['--dry-run']

const differing = files.filter((file) => {
  const result = spawnSync(clangFormatPath, [...mode, '--style=file', file], { cwd: root, encoding: 'utf8' })
  if (result.error) throw result.error
  if (result.status !== 0) process.stderr.write(result.stderr)
  return result.status !== 0 || result.stderr !== ''
})
for (const file of differing) console.log(`${file} is not formatted (npm run format)`)
process.exitCode = differing.length > 0 ? 1 : 0
