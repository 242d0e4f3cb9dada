import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  cacheDirectory,
  findLibtorch,
  isTrusted,
  libraryFileName,
  libtorchProblem,
  outsideArchive
} from '../../../scripts/libtorch/location.cjs'
import { createFakePython } from './fake-python.js'

let home: string
let env: Record<string, string>

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'gsv location 语音 '))
  env = { HOME: home, GSV_CACHE_DIR: join(home, 'cache') }
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

function write(file: string, text = 'x'): string {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  return file
}

function placeLibtorch(folder: string, { version = '2.13.0+cpu', cuda = false } = {}): string {
  write(join(folder, 'version.py'), `__version__ = '${version}'\n`)
  write(join(folder, 'lib', libraryFileName('torch_cpu')))
  if (cuda) write(join(folder, 'lib', libraryFileName('torch_cuda')))
  return folder
}

function placeCached(name: string, options = {}): string {
  const folder = join(home, 'cache', 'libtorch', name)
  placeLibtorch(join(folder, 'torch'), options)
  const files = { [`torch/lib/${libraryFileName('torch_cpu')}`]: 1 }
  write(join(folder, '.complete'), JSON.stringify({ version: '2.13.0', files }))
  return folder
}

function placeBuild(path: string, version: string): string {
  const addonFolder = join(home, 'build', 'Release')
  write(join(addonFolder, 'libtorch.json'), JSON.stringify({ path, version, cuda: false }))
  return addonFolder
}

describe('finding LibTorch', () => {
  test('LIBTORCH goes before everything', () => {
    placeCached('2.13.0-cpu')
    const given = placeLibtorch(join(home, 'given'), { cuda: true })
    const found = findLibtorch({ env: { ...env, LIBTORCH: given } })
    expect(found).toEqual({ path: given, source: 'LIBTORCH', version: '2.13.0+cpu', cuda: true })
  })

  test('a LIBTORCH without the library is an error, never skipped', () => {
    placeCached('2.13.0-cpu')
    expect(() => findLibtorch({ env: { ...env, LIBTORCH: home } })).toThrow(/LIBTORCH is .*holds no lib/)
  })

  test('an empty LIBTORCH counts as unset', () => {
    placeCached('2.13.0-cpu')
    expect(findLibtorch({ env: { ...env, LIBTORCH: '' } })?.source).toBe('cache')
  })

  test('what the addon was compiled against goes before the cache', () => {
    placeCached('2.13.0-cpu')
    const used = placeLibtorch(join(home, 'used'))
    const addonFolder = placeBuild(used, '2.13.0+cpu')
    expect(findLibtorch({ env, addonFolder })).toMatchObject({ path: used, source: 'build' })
    rmSync(used, { recursive: true })
    expect(findLibtorch({ env, addonFolder })?.source).toBe('cache')
  })

  test('the cache is used only when it was finished and its libraries have their sizes', () => {
    const folder = placeCached('2.13.0-cpu')
    expect(findLibtorch({ env })).toMatchObject({ path: join(folder, 'torch'), source: 'cache' })
    truncateSync(join(folder, 'torch', 'lib', libraryFileName('torch_cpu')), 0)
    expect(isTrusted(folder)).toBe(false)
    expect(findLibtorch({ env })).toBeUndefined()
    rmSync(join(folder, '.complete'))
    expect(isTrusted(folder)).toBeUndefined()
    expect(findLibtorch({ env })).toBeUndefined()
  })

  test('a CUDA build in the cache goes before a CPU build', () => {
    placeCached('2.13.0-cpu')
    placeCached('2.13.0-cuda', { cuda: true, version: '2.13.0+cu130' })
    expect(findLibtorch({ env })).toMatchObject({ version: '2.13.0+cu130', cuda: true })
  })

  test('another version in the cache is left alone', () => {
    placeCached('2.12.0-cpu')
    expect(findLibtorch({ env })).toBeUndefined()
  })

  test.skipIf(process.platform === 'win32')('Python is asked only with LIBTORCH_USE_PYTORCH=1', () => {
    const python = createFakePython(home).program
    const installed = placeLibtorch(join(home, 'site-packages', 'torch'))
    const withPython = { ...env, PATH: process.env.PATH, GSV_PYTHON: python, FAKE_TORCH: installed }
    expect(findLibtorch({ env: withPython })).toBeUndefined()
    const found = findLibtorch({ env: { ...withPython, LIBTORCH_USE_PYTORCH: '1' } })
    expect(found).toMatchObject({ path: installed, source: 'python' })
  })
})

describe('whether a LibTorch fits', () => {
  const described = (version: string) => ({ path: '/torch', source: 'LIBTORCH' as const, version, cuda: false })

  test('one that is too old is named with what is needed', () => {
    expect(libtorchProblem(described('2.4.1'))).toBe('LibTorch at /torch is 2.4.1; this package needs 2.13.0 or newer')
    expect(libtorchProblem(described('1.14.0'))).toMatch(/needs 2\.13\.0/)
  })

  test('before anything is compiled a newer one will do', () => {
    expect(libtorchProblem(described('2.13.1+cu130'))).toBeUndefined()
    expect(libtorchProblem(described('3.0.0'))).toBeUndefined()
  })

  test('a compiled engine keeps to the minor version that it was compiled for', () => {
    const addonFolder = placeBuild('/torch', '2.13.0+cpu')
    expect(libtorchProblem(described('2.13.2'), addonFolder)).toBeUndefined()
    expect(libtorchProblem(described('2.14.0'), addonFolder)).toMatch(/2\.14\.0, the engine was compiled for 2\.13\.0/)
  })
})

describe('folders', () => {
  test('the cache follows the platform and its variables', () => {
    expect(cacheDirectory({ HOME: '/home/me' }, 'linux')).toBe('/home/me/.cache/gpt-sovits')
    expect(cacheDirectory({ HOME: '/home/me', XDG_CACHE_HOME: '/fast' }, 'linux')).toBe('/fast/gpt-sovits')
    expect(cacheDirectory({ HOME: '/home/me', XDG_CACHE_HOME: 'relative' }, 'linux')).toBe('/home/me/.cache/gpt-sovits')
    expect(cacheDirectory({ HOME: '/Users/me' }, 'darwin')).toBe('/Users/me/Library/Caches/gpt-sovits')
    expect(cacheDirectory({ HOME: '/home/me', GSV_CACHE_DIR: '/other disk' }, 'linux')).toBe('/other disk')
  })

  test('in Electron native files are looked for beside the archive', () => {
    expect(outsideArchive('/app/resources/app.asar/node_modules/gpt-sovits')).toBe(
      '/app/resources/app.asar.unpacked/node_modules/gpt-sovits'
    )
    expect(outsideArchive('C:\\app\\app.asar\\x.node')).toBe('C:\\app\\app.asar.unpacked\\x.node')
    expect(outsideArchive('/app/app.asar.unpacked/x.node')).toBe('/app/app.asar.unpacked/x.node')
    expect(outsideArchive('/app/my-app.asar-files/x.node')).toBe('/app/my-app.asar-files/x.node')
  })
})
