import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

describe('the signal room', () => {
  let build: string

  beforeAll(() => {
    build = mkdtempSync(join(tmpdir(), 'gsv-signal-'))
    execFileSync('cmake', ['-S', join(root, 'native/signal'), '-B', build, '-DCMAKE_BUILD_TYPE=Release'])
    execFileSync('cmake', ['--build', build, '--parallel', '2'])
  })

  afterAll(() => rmSync(build, { recursive: true, force: true }))

  test('resamples and transforms as upstream’s packages do', () => {
    const { stdout, status } = spawnSync(join(build, 'signal-tests'), [join(root, 'test/fixtures/audio')], {
      encoding: 'utf8'
    })
    expect(status, stdout).toBe(0)
    expect(stdout).toContain(', 0 failed')
  })
})
