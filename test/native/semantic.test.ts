import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

// The rooms without torch build alone, so their C++ tests need neither LibTorch nor Node's headers.
const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const fixtures = join(root, 'test/fixtures/semantic')
const bodies = ['portable', 'avx2', 'avx512']

function run(program: string, args: readonly string[], isa?: string): string {
  const env = isa === undefined ? process.env : { ...process.env, GSV_ISA: isa }
  const { stdout, status } = spawnSync(program, args, { encoding: 'utf8', env })
  expect(status, stdout).toBe(0)
  return stdout
}

describe('the semantic room', () => {
  let build: string

  beforeAll(() => {
    build = mkdtempSync(join(tmpdir(), 'gsv-semantic-'))
    execFileSync('cmake', ['-S', join(root, 'native/semantic'), '-B', build, '-DCMAKE_BUILD_TYPE=Release'])
    execFileSync('cmake', ['--build', build, '--parallel', '2'])
  })

  afterAll(() => rmSync(build, { recursive: true, force: true }))

  test('has kernels that agree with double precision and with each other', () => {
    expect(existsSync(join(build, 'kernels-tests'))).toBe(true)
    expect(run(join(build, 'kernels-tests'), [])).toContain(', 0 failed')
  })

  test.each(bodies)('speaks as upstream, in batches and to its stop rules, with the %s kernels', (isa) => {
    expect(run(join(build, 'semantic-tests'), [fixtures], isa)).toContain(', 0 failed')
  })
})
