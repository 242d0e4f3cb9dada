import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

describe('the second stage on own kernels', () => {
  let build: string

  beforeAll(() => {
    build = mkdtempSync(join(tmpdir(), 'gsv-hifi-gan-'))
    execFileSync('cmake', ['-S', join(root, 'native/acoustic'), '-B', build, '-DCMAKE_BUILD_TYPE=Release'])
    execFileSync('cmake', ['--build', build, '--parallel', '2'])
  })

  afterAll(() => rmSync(build, { recursive: true, force: true }))

  describe.each(['', 'avx2', 'portable'])('(kernels: %s)', (isa) => {
    test.each([
      ['speaks as plain convolutions do', 'hifi-gan-tests'],
      ['reads and looks at rows as plain sums do', 'row-tests']
    ])('%s', (_, program) => {
      const { stdout, status } = spawnSync(join(build, program), [], {
        encoding: 'utf8',
        env: { ...process.env, GSV_ISA: isa }
      })
      expect(status, stdout).toBe(0)
      expect(stdout).toContain(', 0 failed')
    })
  })
})
