// npm's install step: LibTorch is found or fetched, the addon is found or compiled. Whatever fails here is told and never
// fails `npm install`: the package then says at run time what is missing. With --rebuild (`npm run build:native`) it
// always compiles, and the exit code is honest. GSV_SKIP_INSTALL=1 leaves everything for later.

import { existsSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compile } from './compile.mjs'
import { provideLibtorch } from './libtorch.mjs'
import { engineLibraryBeside, libtorchProblem, resolveAddon } from './libtorch/location.cjs'
import { addonComplaint } from './libtorch/probe.cjs'
import { createReporter } from './libtorch/progress.mjs'

/** @returns {string | undefined} an addon that loads and has its engine library beside it */
function findAddon(root) {
  let addon
  try {
    addon = resolveAddon(root)
  } catch {
    return undefined // node-gyp-build's way to say that there is none
  }
  return existsSync(engineLibraryBeside(addon)) && !addonComplaint(addon) ? addon : undefined
}

export async function install({ root, rebuild, env = process.env, reporter }) {
  const addon = rebuild ? undefined : findAddon(root)
  const addonFolder = addon && dirname(addon)
  const libtorch = await provideLibtorch({ env, addonFolder, reporter })
  const problem = addon && libtorchProblem(libtorch, addonFolder)
  if (problem) reporter.say(`${problem}; compiling anew`)
  if (addon && !problem) return reporter.say(`using ${addon} with LibTorch ${libtorch.version}`)
  await compile({ root, libtorch, env, reporter })
  reporter.say('the native part is ready')
}

// Letters of East Asian scripts take two columns.
const wideLetters = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60\uffe0-\uffe6]/gu

function columns(text) {
  return text.length + (text.match(wideLetters)?.length ?? 0)
}

/** Text in a frame: npm prints much else. */
export function frame(lines) {
  const width = Math.max(...lines.map(columns))
  const edge = '─'.repeat(width + 2)
  return [`┌${edge}┐`, ...lines.map((line) => `│ ${line}${' '.repeat(width - columns(line))} │`), `└${edge}┘`].join(
    '\n'
  )
}

function wrap(text, width = 96) {
  const lines = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && `${last} ${word}`.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

export function failureMessage(error, root) {
  const inCheckout = existsSync(join(root, 'tsconfig.json'))
  const known = ['LibtorchError', 'CompileError'].includes(error.name)
  return frame([
    'gpt-sovits is installed, but its native part is not ready:',
    '',
    ...(known ? error.message : (error.stack ?? String(error))).split('\n').flatMap((line) => wrap(line)),
    '',
    `when that is mended:   ${inCheckout ? 'npm run build:native' : 'npm rebuild gpt-sovits'}`,
    'to see what is there:  npx gpt-sovits doctor'
  ])
}

async function main() {
  const root = dirname(dirname(realpathSync(fileURLToPath(import.meta.url))))
  const rebuild = process.argv.includes('--rebuild')
  const reporter = createReporter()
  if (process.env.GSV_SKIP_INSTALL === '1' && !rebuild) {
    reporter.say('GSV_SKIP_INSTALL=1: the native part is left for later (`npm rebuild gpt-sovits`)')
    return
  }
  try {
    await install({ root, rebuild, reporter })
  } catch (error) {
    reporter.closeLine()
    process.stderr.write(`${failureMessage(error, root)}\n`)
    process.exitCode = rebuild ? 1 : 0
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === realpathSync(fileURLToPath(import.meta.url))) await main()
