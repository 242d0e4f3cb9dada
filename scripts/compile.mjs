// Compiles the addon and the engine library with cmake-js. The compiler's output goes to a log, its progress to the console.

import { spawn } from 'node:child_process'
import { createWriteStream, existsSync, readFileSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'
import { buildRecordName, engineLibraryBeside } from './libtorch/location.cjs'

// A translation unit that includes LibTorch takes about 1.5 GB to compile.
const maxJobs = 2

export class CompileError extends Error {
  name = 'CompileError'
}

function jobs(env) {
  const wanted = Number(env.GSV_BUILD_JOBS)
  return Number.isInteger(wanted) && wanted > 0 ? wanted : Math.min(maxJobs, cpus().length)
}

// CMake refuses a cache that was written for another folder, as after a clone was moved.
async function removeForeignCache(root) {
  const cacheFile = join(root, 'build', 'CMakeCache.txt')
  if (!existsSync(cacheFile)) return
  const home = /^CMAKE_HOME_DIRECTORY:INTERNAL=(.*)$/m.exec(readFileSync(cacheFile, 'utf8'))
  if (home?.[1] !== root.replaceAll('\\', '/')) await rm(join(root, 'build'), { recursive: true, force: true })
}

/** `[3/42] Building …` of Ninja or `[ 15%] Building …` of Make, as a share of the whole. */
export function progressOf(line) {
  const counted = /^\[(\d+)\/(\d+)\]/.exec(line)
  if (counted) return Math.floor((Number(counted[1]) / Number(counted[2])) * 100)
  const percent = /^\[ *(\d+)%\]/.exec(line)
  return percent ? Number(percent[1]) : undefined
}

function watchLines(stream, onLine) {
  let rest = ''
  stream.setEncoding('utf8').on('data', (chunk) => {
    const lines = (rest + chunk).split(/\r?\n/)
    rest = lines.pop()
    lines.forEach(onLine)
  })
}

function createPercentProgress(reporter) {
  let last = -1
  return (line) => {
    const percent = progressOf(line)
    if (percent === undefined || percent <= last) return
    const step = reporter.isTerminal ? 1 : 10
    if (percent < last + step && percent !== 100) return
    last = percent
    const message = `compiling: ${percent} %`
    if (reporter.isTerminal) reporter.rewrite(message)
    else reporter.say(message)
  }
}

/** The lines that say why: a compiler's or CMake's errors, or else the last ones. */
export function reasonIn(lines) {
  const errors = lines.filter((line) => /(^|\s)(fatal )?error[: ]|CMake Error|ERR!|not found/i.test(line))
  return (errors.length > 0 ? errors : lines.filter((line) => line.trim())).slice(0, 5).map((line) => line.trim())
}

function runCmake(args, { root, env, log, onLine }) {
  const cmakeJs = join(
    dirname(createRequire(join(root, 'package.json')).resolve('cmake-js/package.json')),
    'bin',
    'cmake-js'
  )
  return new Promise((resolve, reject) => {
    const options = { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true }
    const child = spawn(process.execPath, [cmakeJs, ...args], options)
    for (const stream of [child.stdout, child.stderr]) {
      stream.pipe(log, { end: false })
      watchLines(stream, onLine)
    }
    child.on('error', reject)
    child.on('close', (status) => resolve(status))
  })
}

/** @throws {CompileError} naming the log */
export async function compile({ root, libtorch, env = process.env, reporter }) {
  await removeForeignCache(root)
  await mkdir(join(root, 'build'), { recursive: true })
  const logFile = join(root, 'build', 'compile.log')
  const log = createWriteStream(logFile).on('error', () => undefined) // a full disk shows in the compiler's own words
  const lines = []
  const showProgress = createPercentProgress(reporter)
  const onLine = (line) => {
    lines.push(line)
    showProgress(line)
  }
  reporter.say(`compiling against LibTorch ${libtorch.version} in ${libtorch.path}`)
  const args = ['build', '--config', 'Release', '--parallel', String(jobs(env)), `--CDGSV_LIBTORCH=${libtorch.path}`]
  const status = await runCmake(args, { root, env, log, onLine })
  reporter.closeLine()
  await new Promise((done) => log.end(done))
  const addon = join(root, 'build', 'Release', 'gsv.node')
  const complete = existsSync(addon) && existsSync(engineLibraryBeside(addon))
  if (status !== 0 || !complete) throw new CompileError([...reasonIn(lines), `the whole log: ${logFile}`].join('\n'))
  const { path, version, cuda } = libtorch
  await writeFile(join(dirname(addon), buildRecordName), JSON.stringify({ path, version, cuda }))
}
