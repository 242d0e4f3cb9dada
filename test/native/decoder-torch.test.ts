import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { findLibtorch } from '../../scripts/libtorch/location.cjs'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

test('the decoder on torch, here on a CPU, speaks as upstream', { timeout: 600_000 }, () => {
  const libtorch = findLibtorch({ addonFolder: join(root, 'build/Release') })
  expect(libtorch, 'npm install provides LibTorch').toBeDefined()
  const build = mkdtempSync(join(tmpdir(), 'gsv-decoder-torch-'))
  try {
    const source = join(root, 'native/semantic')
    execFileSync('cmake', ['-S', source, '-B', build, `-DGSV_LIBTORCH=${libtorch?.path}`])
    execFileSync('cmake', ['--build', build, '--parallel', '2', '--target', 'decoder-torch-tests'])
    const inputs = [join(root, 'test/fixtures/semantic'), join(root, 'models/blueprints/s1.pt')]
    const { stdout, status } = spawnSync(join(build, 'decoder-torch-tests'), inputs, { encoding: 'utf8' })
    expect(status, stdout).toBe(0)
  } finally {
    rmSync(build, { recursive: true, force: true })
  }
})
