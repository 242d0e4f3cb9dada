// The blueprints are committed, their sources are Python: these tests prove that one belongs to the other. Without a
// Python that has torch, by the hashes written at export; with one (GSV_PYTHON or python3), by exporting again.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

interface Manifest {
  readonly torch: string
  readonly sources: Readonly<Record<string, string>>
  readonly files: Readonly<Record<string, string>>
}

interface Specification {
  readonly blueprint: string
  readonly tensors: readonly { readonly name: string }[]
}

const root = join(import.meta.dirname, '../..')
const models = join(root, 'models')
const committed = join(models, 'blueprints')
const manifest = readJson<Manifest>(join(committed, 'manifest.json'))
const networks = Object.keys(manifest.files).filter((name) => name.endsWith('.pt'))

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T
}

function hash(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}

function hashes(folder: string, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, hash(join(folder, name))]))
}

function python(...options: string[]): { status: number | null; output: string } {
  const program = process.env['GSV_PYTHON'] ?? 'python3'
  const { status, stdout, stderr } = spawnSync(program, options, { cwd: root, encoding: 'utf8' })
  return { status, output: `${stdout}${stderr}` }
}

const printVersion = 'import torch; print(torch.__version__.split("+")[0], end="")'
const installed = python('-W', 'ignore', '-c', printVersion)
const torchVersion = installed.status === 0 ? installed.output : undefined
const exportSkipped = torchVersion === manifest.torch ? '' : `, skipped: needs Python with torch ${manifest.torch}`
const networksSkipped = torchVersion === undefined ? ', skipped: needs Python with torch' : ''

describe('committed blueprints', () => {
  it('come from the network sources as they are now', () => {
    expect(hashes(models, Object.keys(manifest.sources))).toEqual(manifest.sources)
  })

  it('come from all of the network sources', () => {
    const tools = ['fill.py', 'parity.py', 'parity_v3.py']
    const sources = readdirSync(models).filter((name) => name.endsWith('.py') && !tools.includes(name))
    expect(sources.sort()).toEqual(Object.keys(manifest.sources))
  })

  it('are the files that the export wrote', () => {
    expect(hashes(committed, Object.keys(manifest.files))).toEqual(manifest.files)
    expect(readdirSync(committed).sort()).toEqual([...Object.keys(manifest.files), 'manifest.json'].sort())
  })

  it.each(networks)('%s holds neither weights nor paths of the machine that wrote it', (name) => {
    const content = readFileSync(join(committed, name))
    expect(content.length).toBeLessThan(400_000)
    expect(content.includes('.debug_pkl')).toBe(false)
    expect(content.includes(models)).toBe(false)
  })

  it.each(networks)('%s has a specification that names each tensor once', (name) => {
    const specification = readJson<Specification>(join(committed, name.replace('.pt', '.json')))
    const names = specification.tensors.map((tensor) => tensor.name)
    expect(specification.blueprint).toBe(name)
    expect(names.length).toBeGreaterThan(10)
    expect(new Set(names).size).toBe(names.length)
  })
})

describe.skipIf(exportSkipped !== '')(`exporting the networks again${exportSkipped}`, () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gsv-blueprints-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('writes the committed files, byte for byte', { timeout: 300_000 }, () => {
    const { status, output } = python('-W', 'ignore', join(models, 'export.py'), folder)
    expect(output).toBe('')
    expect(status).toBe(0)
    expect(hashes(folder, Object.keys(manifest.files))).toEqual(manifest.files)
  })
})

describe.skipIf(networksSkipped !== '')(`networks in Python${networksSkipped}`, () => {
  it('pass their own tests', { timeout: 300_000 }, () => {
    const { status, output } = python('-W', 'ignore', join(import.meta.dirname, 'networks_test.py'))
    expect(output).toContain('OK')
    expect(status).toBe(0)
  })
})
