import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const run = promisify(execFile)
const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const fixtures = join(root, 'test', 'fixtures', 'checkpoints')

interface MutantReport {
  readonly mutants: number
  readonly failures: number
  readonly slowestMs: number
  readonly canary: boolean
  readonly loaded: number
}

// -O0 and one compilation a room: the sanitizers' build is most of this test's time.
const builds = [
  { name: 'plain', flags: ['-DCMAKE_CXX_FLAGS=-O1'] },
  { name: 'address and undefined-behaviour sanitizers', flags: ['-DCMAKE_CXX_FLAGS=-O0', '-DGSV_SANITIZE=ON'] }
]

describe.each(builds)('the checkpoint reader, $name', ({ flags }) => {
  const folder = join(root, 'build', 'checkpoint-tests', flags.length === 1 ? 'plain' : 'sanitized')
  let scratch: string

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'gsv-checkpoint-'))
    mkdirSync(folder, { recursive: true })
    const unity = ['-DCMAKE_UNITY_BUILD=ON', '-DCMAKE_UNITY_BUILD_BATCH_SIZE=40', '-DCMAKE_BUILD_TYPE=None']
    await run('cmake', ['-S', join(root, 'native', 'checkpoint'), '-B', folder, ...unity, ...flags])
    await run('cmake', ['--build', folder, '--parallel', '2'], { maxBuffer: 1 << 26 })
  })

  afterAll(() => {
    rmSync(scratch, { recursive: true, force: true })
  })

  it('keeps every promise of its unit tests', async () => {
    const { stdout } = await run(join(folder, 'checkpoint-unit'), [fixtures, scratch], { cwd: scratch }).catch(
      (error: { stdout: string; stderr: string }) => ({ stdout: `not ok ${error.stdout}${error.stderr}` })
    )
    const lines = stdout.trim().split('\n')
    expect(lines.filter((line) => line.startsWith('not ok'))).toEqual([])
    expect(lines.filter((line) => line.startsWith('ok'))).toHaveLength(Number(lines.at(-1)?.slice('1..'.length)))
    expect(lines.length).toBeGreaterThan(40)
  })

  it('answers 1,500 damaged checkpoints with a typed error or a right load, none over 2 s', async () => {
    const seed = 20250801
    const args = [fixtures, scratch, '1500', String(seed)]
    const { stdout } = await run(join(folder, 'checkpoint-mutants'), args, { cwd: scratch })
    const report = JSON.parse(stdout) as MutantReport
    console.log(`seed ${seed}: ${stdout.trim()}`)
    expect(report).toMatchObject({ mutants: 1500, failures: 0, canary: false })
    expect(report.loaded).toBeLessThan(500)
    expect(report.slowestMs).toBeLessThan(2000)
  })
})
