import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { progressOf, reasonIn } from '../../../scripts/compile.mjs'
import { libraryFileName } from '../../../scripts/libtorch/location.cjs'

const project = process.cwd()
let root: string

// A package folder of its own: nothing here may touch this checkout's build.
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'gsv step 语音 '))
  cpSync(join(project, 'scripts'), join(root, 'scripts'), { recursive: true })
  cpSync(join(project, 'package.json'), join(root, 'package.json'))
  symlinkSync(join(project, 'node_modules'), join(root, 'node_modules'), 'junction')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function runInstall(args: string[], more: Record<string, string> = {}) {
  const env: NodeJS.ProcessEnv = { PATH: process.env.PATH, HOME: root, GSV_CACHE_DIR: join(root, 'cache'), ...more }
  const result = spawnSync(process.execPath, [join(root, 'scripts', 'install.mjs'), ...args], { env, encoding: 'utf8' })
  return { status: result.status, output: result.stdout + result.stderr }
}

function placeLibtorch(version = '2.13.0+cpu'): string {
  const folder = join(root, 'libtorch')
  mkdirSync(join(folder, 'lib'), { recursive: true })
  writeFileSync(join(folder, 'version.py'), `__version__ = '${version}'\n`)
  writeFileSync(join(folder, 'lib', libraryFileName('torch_cpu')), '')
  return folder
}

describe('the install step', () => {
  test('a LibTorch that cannot be had is told and does not fail npm install', () => {
    const { status, output } = runInstall([], { GSV_PYTHON: join(root, 'no-python') })
    expect(status).toBe(0)
    expect(output).toMatch(/no Python with pip/)
    expect(output).toMatch(/npm rebuild gpt-sovits/)
    expect(output).toMatch(/npx gpt-sovits doctor/)
  })

  test('with --rebuild the exit code says so', () => {
    expect(runInstall(['--rebuild'], { GSV_PYTHON: join(root, 'no-python') }).status).toBe(1)
  })

  test('in a checkout the command is the one that package.json has', () => {
    writeFileSync(join(root, 'tsconfig.json'), '{}')
    expect(runInstall([], { LIBTORCH: root }).output).toMatch(/npm run build:native/)
  })

  test('sources that do not compile are told with the log, and do not fail npm install', { timeout: 60_000 }, () => {
    writeFileSync(join(root, 'CMakeLists.txt'), 'message(FATAL_ERROR "no such luck")\n')
    const { status, output } = runInstall([], { LIBTORCH: placeLibtorch() })
    expect(status).toBe(0)
    const log = /the whole log: *(\S.*compile\.log|│\n│ \S.*compile\.log)/.exec(output)
    expect(log).not.toBeNull()
    expect(existsSync(join(root, 'build', 'compile.log'))).toBe(true)
    expect(readFileSync(join(root, 'build', 'compile.log'), 'utf8')).toContain('no such luck')
  })

  test('a LibTorch that is too old is named', () => {
    const { status, output } = runInstall([], { LIBTORCH: placeLibtorch('2.1.0') })
    expect(status).toBe(0)
    expect(output).toMatch(/is\s+2\.1\.0; this package/)
  })

  test('GSV_SKIP_INSTALL=1 does nothing', () => {
    const { status, output } = runInstall([], { GSV_SKIP_INSTALL: '1' })
    expect(status).toBe(0)
    expect(output).toMatch(/left for later/)
    expect(existsSync(join(root, 'cache'))).toBe(false)
  })
})

describe('what a compiler prints', () => {
  test('progress of Ninja and of Make', () => {
    expect(progressOf('[3/12] Building CXX object a.o')).toBe(25)
    expect(progressOf('[ 15%] Building CXX object a.o')).toBe(15)
    expect(progressOf('-- Configuring done')).toBeUndefined()
  })

  test('errors are picked out of the noise', () => {
    const lines = ['-- The CXX compiler', 'a.cc:3:1: error: expected ;', 'ninja: build stopped']
    expect(reasonIn(lines)).toEqual(['a.cc:3:1: error: expected ;'])
    expect(reasonIn(['one', '', 'two'])).toEqual(['one', 'two'])
  })
})
