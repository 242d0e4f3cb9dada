import { createHash } from 'node:crypto'
import { spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { provideLibtorch } from '../../../scripts/libtorch.mjs'
import { announcedBytes, downloadArguments } from '../../../scripts/libtorch/pip.mjs'
import { createFakePython, type FakePython } from './fake-python.js'
import { cpuWheel, cudaWheel, writeWheel, zip } from './fake-wheel.js'

// The fake python is a script with a shebang, and the fake wheel is that of Linux.
const onLinux = process.platform === 'linux' ? describe : describe.skip

const cpuName = 'torch-2.13.0+cpu-cp311-cp311-manylinux_2_28_x86_64.whl'
const plainName = 'torch-2.13.0-cp311-cp311-manylinux_2_28_x86_64.whl'

let home: string
let python: FakePython
let env: Record<string, string | undefined>
let said: string[]

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'gsv install 语音 '))
  python = createFakePython(home)
  env = { PATH: process.env.PATH, GSV_CACHE_DIR: join(home, 'cache'), GSV_PYTHON: python.program }
  said = []
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

function shelve(requirement: string, name: string, entries = cpuWheel): string {
  mkdirSync(join(python.shelf, requirement), { recursive: true })
  const file = join(python.shelf, requirement, name)
  writeWheel(file, entries)
  return file
}

function provide(
  options: { hashes?: Record<string, string>; complaintOf?: (file: string) => string | undefined } = {}
) {
  const reporter = { isTerminal: false, say: (line: string) => void said.push(line), rewrite() {}, closeLine() {} }
  return provideLibtorch({ env, reporter, hashes: {}, complaintOf: () => undefined, ...options })
}

const cached = (...path: string[]): string => join(home, 'cache', 'libtorch', ...path)

onLinux('fetching LibTorch', () => {
  test('unpacks libraries, headers and licences, and nothing of Python', async () => {
    shelve('torch==2.13.0+cpu', cpuName)
    const found = await provide()
    expect(found).toEqual({ path: cached('2.13.0-cpu', 'torch'), source: 'cache', version: '2.13.0+cpu', cuda: false })
    expect(readFileSync(join(found.path, 'lib', 'libtorch_cpu.so'), 'utf8')).toBe(cpuWheel['torch/lib/libtorch_cpu.so'])
    expect(readdirSync(join(found.path, 'lib')).sort()).toEqual(['libc10.so', 'libgomp.so.1', 'libtorch_cpu.so'])
    expect(readdirSync(found.path).sort()).toEqual(['include', 'lib', 'share', 'version.py'])
    expect(existsSync(cached('2.13.0-cpu', 'torch-2.13.0+cpu.dist-info', 'licenses', 'LICENSE'))).toBe(true)
    expect(readdirSync(cached())).toEqual(['2.13.0-cpu'])
  })

  test('downloads once: the next one finds it', async () => {
    shelve('torch==2.13.0+cpu', cpuName)
    await provide()
    await provide()
    expect(python.downloads()).toHaveLength(1)
  })

  test('asks for the CPU build first, then for the plain one', async () => {
    shelve('torch==2.13.0', plainName, cudaWheel)
    await provide()
    expect(python.downloads().map((line) => line.split(' ').at(-1))).toEqual(['torch==2.13.0+cpu', 'torch==2.13.0'])
  })

  test('asks once when no index can be reached, and leaves nothing behind', async () => {
    env.FAKE_PIP_UNREACHABLE = '1'
    await expect(provide()).rejects.toThrow(/could not reach its package index.*GSV_TORCH_WHEEL/)
    expect(python.downloads()).toHaveLength(1)
    expect(readdirSync(cached())).toEqual([])
  })

  test('leaves mirrors and indexes to pip unless an index is named', () => {
    const plain = downloadArguments('torch==2.13.0', ['manylinux_2_28_x86_64'], '/folder', {})
    expect(plain.join(' ')).not.toMatch(/index|trusted|find-links/)
    const named = downloadArguments('torch==2.13.0', [], '/folder', {
      GSV_TORCH_INDEX_URL: 'https://mirror.example/cpu'
    })
    expect(named.join(' ')).toContain('--index-url https://mirror.example/cpu')
  })

  test('reads the size that pip announces', () => {
    expect(announcedBytes('Collecting torch\n  Downloading torch-2.13.0.whl (526.6 MB)\n')).toBe(526_600_000)
    expect(announcedBytes('Processing ./torch.whl')).toBeUndefined()
  })

  test('takes a wheel by path without asking pip', async () => {
    env.GSV_TORCH_WHEEL = join(home, 'own wheel.whl')
    writeWheel(env.GSV_TORCH_WHEEL)
    expect((await provide()).version).toBe('2.13.0+cpu')
    expect(python.downloads()).toEqual([])
  })

  test('names a wheel that is not there', async () => {
    env.GSV_TORCH_WHEEL = join(home, 'absent.whl')
    await expect(provide()).rejects.toThrow(/GSV_TORCH_WHEEL is .*absent\.whl, which is not there/)
  })

  test('leaves CUDA out of a wheel that nobody chose, and keeps it in one that was', async () => {
    const wheel = shelve('torch==2.13.0', plainName, cudaWheel)
    const chosenByNobody = await provide()
    expect(chosenByNobody.cuda).toBe(false)
    expect(existsSync(join(chosenByNobody.path, 'lib', 'libc10_cuda.so'))).toBe(false)
    env.GSV_TORCH_WHEEL = join(home, 'chosen.whl')
    writeFileSync(env.GSV_TORCH_WHEEL, readFileSync(wheel))
    expect(await provide()).toMatchObject({ path: cached('2.13.0-cuda', 'torch'), cuda: true })
  })

  test("fetches NVIDIA's runtime when the loader misses it", async () => {
    shelve('torch==2.13.0', plainName, cudaWheel)
    const runtime = { 'nvidia/cu13/lib/libcudart.so.13': 'cudart', 'nvidia/cu13/include/cuda.h': 'header' }
    shelve('nvidia-cuda-runtime==13.0.*', 'nvidia_cuda_runtime-13.0.96-py3-none-any.whl', runtime)
    const library = 'nvidia/cu13/lib/libcudart.so.13'
    const complaintOf = (file: string): string | undefined =>
      existsSync(join(file, '..', '..', '..', library)) ? undefined : 'libcudart.so.13: cannot open shared object file'
    const found = await provide({ complaintOf })
    expect(existsSync(join(found.path, '..', library))).toBe(true)
    expect(existsSync(join(found.path, '..', 'nvidia', 'cu13', 'include'))).toBe(false)
  })

  test('says what the loader misses when no wheel brings it', async () => {
    shelve('torch==2.13.0+cpu', cpuName)
    const complaintOf = (): string => 'libodd.so.1: cannot open shared object file'
    await expect(provide({ complaintOf })).rejects.toThrow(/libodd\.so\.1/)
    expect(readdirSync(cached())).toEqual([])
  })

  test('refuses a known file name with another content', async () => {
    shelve('torch==2.13.0+cpu', cpuName)
    const expected = createHash('sha256').update('what was published').digest('hex')
    await expect(provide({ hashes: { [cpuName]: expected } })).rejects.toThrow(/SHA-256.*was published/)
    expect(readdirSync(cached())).toEqual([])
  })

  test('accepts a known file name with its content', async () => {
    const wheel = shelve('torch==2.13.0+cpu', cpuName)
    const expected = createHash('sha256').update(readFileSync(wheel)).digest('hex')
    await provide({ hashes: { [cpuName]: expected } })
    expect(said.join('\n')).not.toContain('no SHA-256 is pinned')
  })

  test('refuses a wheel in which one byte changed', async () => {
    const wheel = shelve('torch==2.13.0+cpu', cpuName)
    const bytes = zip(cpuWheel)
    bytes[bytes.indexOf('cpucpu')] = 0
    writeFileSync(wheel, bytes)
    await expect(provide()).rejects.toThrow(/libtorch_cpu\.so is damaged/)
    expect(readdirSync(cached())).toEqual([])
  })

  test('refuses a wheel that was cut, and a wheel of something else', async () => {
    const wheel = shelve('torch==2.13.0+cpu', cpuName)
    truncateSync(wheel, 500)
    await expect(provide()).rejects.toThrow(/is not a sound wheel/)
    writeWheel(wheel, { 'other/__init__.py': '' })
    await expect(provide()).rejects.toThrow(/is it a torch wheel/)
  })

  test('never unpacks outside its folder', async () => {
    shelve('torch==2.13.0+cpu', cpuName, { ...cpuWheel, 'torch/lib/../../../../escaped.so': 'x' })
    await expect(provide()).rejects.toThrow(/is not a sound wheel: invalid relative path/)
    expect(existsSync(join(home, 'escaped.so'))).toBe(false)
  })

  test('fetches anew when a library of the cache was cut', async () => {
    shelve('torch==2.13.0+cpu', cpuName)
    const { path } = await provide()
    truncateSync(join(path, 'lib', 'libtorch_cpu.so'), 10)
    await provide()
    expect(readFileSync(join(path, 'lib', 'libtorch_cpu.so')).length).toBe(3000)
    expect(readdirSync(cached())).toEqual(['2.13.0-cpu'])
  })

  test('says which folder cannot be written', async () => {
    writeFileSync(join(home, 'file'), '')
    env.GSV_CACHE_DIR = join(home, 'file', 'cache')
    await expect(provide()).rejects.toThrow(/cannot be stored in .*file.*set GSV_CACHE_DIR/)
  })

  test('says that Python with pip is needed when there is none', async () => {
    env.GSV_PYTHON = join(home, 'no-python')
    await expect(provide()).rejects.toThrow(/no Python with pip/)
  })
})

function start(more: Record<string, string> = {}) {
  const script = fileURLToPath(new URL('provide.mjs', import.meta.url))
  const child = spawn(process.execPath, [script], { env: { ...env, ...more } as NodeJS.ProcessEnv })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  const ended = new Promise<{ status: number | null; output: string }>((resolve) =>
    child.on('close', (status) => resolve({ status, output }))
  )
  return { child, ended }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20))
}

// Processes of their own: only they can be killed, and only they contend for the lock.
onLinux('LibTorch and several processes', () => {
  test('a run after a killed one starts clean', { timeout: 60_000 }, async () => {
    shelve('torch==2.13.0+cpu', cpuName)
    const first = start({ FAKE_PIP_WAIT_MS: '3000' })
    await until(() => python.downloads().length === 1)
    first.child.kill('SIGKILL')
    await first.ended
    expect(readdirSync(cached()).filter((name) => name.startsWith('.unfinished-'))).toHaveLength(1)
    // The lock of a killed process grows stale after twenty seconds: its time is moved back instead of waiting.
    const longAgo = new Date(Date.now() - 60_000)
    utimesSync(`${cached()}.lock`, longAgo, longAgo)
    const second = await start().ended
    expect(second).toEqual({ status: 0, output: cached('2.13.0-cpu', 'torch') })
    expect(readdirSync(cached())).toEqual(['2.13.0-cpu'])
  })

  test('two at once download once, and both have it', { timeout: 60_000 }, async () => {
    shelve('torch==2.13.0+cpu', cpuName)
    const slow = { FAKE_PIP_WAIT_MS: '500' }
    const results = await Promise.all([start(slow).ended, start(slow).ended])
    const expected = { status: 0, output: cached('2.13.0-cpu', 'torch') }
    expect(results).toEqual([expected, expected])
    expect(python.downloads()).toHaveLength(1)
  })
})
