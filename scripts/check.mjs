// Everything that can be said of the sources without running them. Steps run side by side; a name runs that one alone.

import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const cache = join('node_modules', '.cache')

const node = (file, ...args) => [process.execPath, join(root, 'node_modules', file), ...args]

const steps = [
  { name: 'types', command: node('typescript/bin/tsc', '--incremental', '--tsBuildInfoFile', join(cache, 'tsc.json')) },
  { name: 'eslint', command: node('eslint/bin/eslint.js', '.', '--cache', '--cache-location', join(cache, 'eslint/')) },
  {
    name: 'prettier',
    command: node('prettier/bin/prettier.cjs', '.', '--check', '--log-level', 'warn', '--cache')
  },
  { name: 'clang-format', command: [process.execPath, join(root, 'scripts', 'clang-format.mjs'), '--check'] },
  { name: 'ruff', command: ['ruff', 'check', 'models'], skip: () => !hasProgram('ruff') && 'ruff is not installed' },
  {
    name: 'ruff-format',
    command: ['ruff', 'format', '--check', 'models'],
    skip: () => !hasProgram('ruff') && 'ruff is not installed'
  },
  {
    name: 'publint',
    command: node('publint/src/cli.js', '--strict', '--pack', 'false'),
    skip: () => !existsSync(join(root, 'dist', 'cjs', 'index.js')) && 'dist/ is not built (npm run build)'
  }
]

function hasProgram(name) {
  return spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0
}

function runStep({ name, command, skip }) {
  const reason = skip?.()
  if (reason) {
    console.log(`skipped  ${name}: ${reason}`)
    return Promise.resolve(true)
  }
  const started = performance.now()
  return new Promise((resolve, reject) => {
    let output = ''
    const [program, ...args] = command
    const child = spawn(program, args, { cwd: root })
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
    child.on('error', reject)
    child.on('close', (status) => {
      const seconds = ((performance.now() - started) / 1000).toFixed(1)
      console.log(`${status === 0 ? 'ok     ' : 'FAILED '}  ${name} (${seconds} s)`)
      if (status !== 0) console.log(output.trimEnd())
      resolve(status === 0)
    })
  })
}

const wanted = process.argv.slice(2)
const queue = steps.filter(({ name }) => wanted.length === 0 || wanted.includes(name))
let sound = true
async function work() {
  for (let step = queue.shift(); step; step = queue.shift()) sound = (await runStep(step)) && sound
}
await Promise.all(Array.from({ length: availableParallelism() }, work))
process.exitCode = sound ? 0 : 1
