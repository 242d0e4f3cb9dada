import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { builtCheckout, tool } from './checkout.js'
import { installPackage, type InstalledPackage } from './installed-package.js'
import { output, run } from './processes.js'

// What a user gets: the tarball that npm would publish, installed in an empty project, used from every kind of program.

let installed: InstalledPackage
beforeAll(() => {
  installed = installPackage()
}, 240_000)
afterAll(() => installed?.remove())

function place(name: string, text: string): string {
  const file = join(installed.folder, name)
  writeFileSync(file, text)
  return file
}

function runNode(args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  return output(process.execPath, args, installed.folder, { ...installed.env, ...env })
}

// The constructor returns at once; the files are not there, so `ready` says so with a typed error.
const useClass = `
const tts = new GptSovits({ gpt: 'absent.ckpt', sovits: 'absent.pth', hubert: 'absent' })
tts.ready.then(
  () => console.log('loaded what is not there'),
  (error) => console.log(error instanceof GptSovitsError, error.code)
).finally(() => tts.dispose())
`
const typedUse = useClass.replace('(error)', '(error: GptSovitsError)')
const expected = 'true ERR_GSV_FILE'

describe('the tarball', () => {
  test('holds what compiles, what runs and what is read', () => {
    const { root } = builtCheckout()
    const tracked = output('git', ['ls-files', 'native', 'cmake', 'models/blueprints', 'lib/text/data'], root)
    const sources = tracked.split('\n').filter((path) => path !== '')
    expect(sources.length).toBeGreaterThan(20)
    expect(sources.filter((path) => !installed.files.includes(path))).toEqual([])
    const entries = [
      'CMakeLists.txt',
      'dist/esm/index.js',
      'dist/cjs/index.d.ts',
      'scripts/install.mjs',
      'LICENSE',
      'README.md'
    ]
    expect(entries.filter((path) => !installed.files.includes(path))).toEqual([])
  })

  test("holds nothing of the developers'", () => {
    const unwanted = installed.files.filter((path) =>
      /^(test|bench|\.ci|build|node_modules|models\/(?!blueprints|demo\/voice))/.test(path)
    )
    expect(unwanted).toEqual([])
  })

  test('installs with its prebuilt addon and the LibTorch that is there', () => {
    expect(installed.rebuildOutput).toMatch(/gpt-sovits: using .*prebuilds.* with LibTorch 2\.13/)
    const report = JSON.parse(
      runNode([join('node_modules', 'gpt-sovits', 'dist', 'esm', 'cli', 'main.js'), 'doctor', '--json'])
    )
    const states = Object.fromEntries(
      report.checks.map((check: { name: string; status: string }) => [check.name, check.status])
    )
    expect(states).toMatchObject({ addon: 'ok', engine: 'ok', libtorch: 'ok' })
    const addon = report.checks.find((check: { name: string }) => check.name === 'addon')
    expect(addon.detail).toContain(join(installed.folder, 'node_modules', 'gpt-sovits', 'prebuilds'))
  })
})

describe('the package runs', () => {
  test('from an ECMAScript module', () => {
    const file = place('use.mjs', `import { GptSovits, GptSovitsError } from 'gpt-sovits'\n${useClass}`)
    expect(runNode([file]).trim()).toBe(expected)
  })

  test('from CommonJS', () => {
    const file = place('use.cjs', `const { GptSovits, GptSovitsError } = require('gpt-sovits')\n${useClass}`)
    expect(runNode([file]).trim()).toBe(expected)
  })

  test('under tsx', () => {
    const file = place(
      'use-tsx.mts',
      `import { GptSovits, type GptSovitsError as E, GptSovitsError } from 'gpt-sovits'\n${typedUse}`
    )
    expect(runNode([tool('tsx', 'dist', 'cli.mjs'), file]).trim()).toBe(expected)
  })

  test('under ts-node', () => {
    const file = place('use-ts-node.cts', `import { GptSovits, GptSovitsError } from 'gpt-sovits'\n${typedUse}`)
    place('tsconfig.json', JSON.stringify({ compilerOptions: nodeNext }))
    expect(runNode([tool('ts-node', 'dist', 'bin.js'), file]).trim()).toBe(expected)
  })

  test('as a program', () => {
    const program = join(installed.folder, 'node_modules', '.bin', 'gpt-sovits')
    expect(output(program, ['--help'], installed.folder)).toMatch(/Usage: gpt-sovits[\s\S]*doctor/)
    expect(run(program, ['no-such-command'], installed.folder).status).not.toBe(0)
  })

  test('loading it opens neither LibTorch nor the addon, in 150 ms of processor time', () => {
    const file = place(
      'load.cjs',
      `const started = process.cpuUsage()
      require('gpt-sovits')
      const { user, system } = process.cpuUsage(started)
      const ms = (user + system) / 1000
      console.log(JSON.stringify({ ms, libraries: process.report.getReport().sharedObjects }))`
    )
    const runs = [1, 2, 3].map(() => JSON.parse(runNode([file])) as { ms: number; libraries: string[] })
    expect(runs[0]?.libraries.filter((path) => /torch|gsv/.test(path))).toEqual([])
    expect(Math.min(...runs.map((each) => each.ms))).toBeLessThan(150)
  })
})

const nodeNext = {
  module: 'NodeNext',
  moduleResolution: 'NodeNext',
  target: 'ES2022',
  lib: ['ES2023', 'ESNext.Disposable', 'DOM'],
  strict: true,
  noEmit: true,
  types: ['node'],
  typeRoots: [tool('@types')]
}

// The error on the last line proves that the types are real, not `any`.
const typeTest = `
const tts = new GptSovits({ gpt: 'voice.ckpt', sovits: 'voice.pth' })
export const speech: Promise<Speech> = tts.synthesize('Hello.', { audio: 'reference.wav' })
// @ts-expect-error temperature is a number
void tts.synthesize('Hello.', { audio: 'reference.wav' }, { temperature: 'hot' })
`

// Library checks take seconds, so the first case alone makes them: it reads the declarations of both builds.
describe('the types', () => {
  const bundler = { ...nodeNext, moduleResolution: 'Bundler', skipLibCheck: true }
  const cases = [
    { name: 'NodeNext', files: ['types.mts', 'types.cts'], options: nodeNext },
    { name: 'a bundler', files: ['types-bundler.ts'], options: { ...bundler, module: 'ESNext' } },
    { name: 'CommonJS', files: ['types-commonjs.ts'], options: { ...bundler, module: 'CommonJS' } }
  ]
  test.each(cases)('resolve with $name', ({ name, files, options }) => {
    for (const file of files) place(file, `import { GptSovits, type Speech } from 'gpt-sovits'\n${typeTest}`)
    const project = place(`${name.replaceAll(' ', '-')}.json`, JSON.stringify({ compilerOptions: options, files }))
    const finished = run(process.execPath, [tool('typescript', 'bin', 'tsc'), '-p', project], installed.folder)
    expect(finished.stdout).toBe('')
    expect(finished.status).toBe(0)
  })
})
