// Takes out of a wheel what a C++ program needs: libraries, headers, CMake files and licences.

import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, statfs } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import zlib from 'node:zlib'
import yauzl from 'yauzl'
import { LibtorchError } from './location.cjs'
import { createByteProgress, formatBytes } from './progress.mjs'
import { knownHashes } from './wheels.mjs'

// Libraries of the Python module, of its tests, and static ones: nothing here links them.
const unneededLibraries =
  /(torch_python|_test\.|test_|shm|backend_with_compiler|aoti_custom_ops|global_deps|libtorch_python)|(^|\/)(?!c10|torch)[^/]*\.lib$/
const cudaLibraries = /(torch_cuda|torch_nvshmem|c10_cuda|caffe2_nvrtc)/

/** @param {string} name of an entry */
export function isNeeded(name, withCuda) {
  if (name.endsWith('/') || name.endsWith('.py') || name.endsWith('.pyi')) return name === 'torch/version.py'
  if (/^torch\/lib\/[^/]+$/.test(name)) return !unneededLibraries.test(name) && (withCuda || !cudaLibraries.test(name))
  if (/^torch\/(include|share\/cmake)\//.test(name)) return true
  // Libraries that a wheel's maker bundled, found by relative path from torch/lib.
  if (/^torch(\.libs|\/\.dylibs)\/[^/]+$/.test(name)) return true
  if (/^nvidia\/.*\/lib\/[^/]+\.so(\.\d+)*$/.test(name)) return true
  return /\.dist-info\/(METADATA|licenses\/|LICENSE|NOTICE)/.test(name)
}

async function readEntries(zipfile, withCuda) {
  const entries = []
  for await (const entry of zipfile.eachEntry()) {
    if (isNeeded(entry.fileName, withCuda)) entries.push(entry)
  }
  return entries
}

/** @throws {LibtorchError} when the disk of `folder` has less than `bytes` left */
export async function requireSpace(folder, bytes, action) {
  const space = await statfs(folder).catch(() => undefined)
  if (!space || space.bavail * space.bsize >= bytes) return
  throw new LibtorchError(
    `${action} needs ${formatBytes(bytes)} in ${folder}, which has ${formatBytes(space.bavail * space.bsize)} left; ` +
      'free some, or set GSV_CACHE_DIR to another disk'
  )
}

// Node before 20.15 has no crc32; a wheel's sizes are checked there all the same.
function createCheck(entry, onBytes) {
  let sum = 0
  return new Transform({
    transform(chunk, _encoding, done) {
      if (zlib.crc32) sum = zlib.crc32(chunk, sum)
      onBytes(chunk.length)
      done(null, chunk)
    },
    flush(done) {
      const matches = !zlib.crc32 || sum === entry.crc32
      done(matches ? null : new LibtorchError(`${entry.fileName} is damaged in the wheel (its checksum differs)`))
    }
  })
}

async function writeEntry(zipfile, entry, folder, onBytes) {
  const target = join(folder, entry.fileName)
  await mkdir(dirname(target), { recursive: true })
  const source = await zipfile.openReadStreamPromise(entry)
  await pipeline(source, createCheck(entry, onBytes), createWriteStream(target, { flush: isLibrary(entry.fileName) }))
}

function isLibrary(name) {
  return name.startsWith('torch/lib/')
}

/**
 * @returns {Promise<Record<string, number>>} the size of each file written, by its path inside `folder`
 * @throws {LibtorchError} the wheel is damaged or the disk is full
 */
export async function unpackWheel(wheel, folder, { withCuda, reporter }) {
  const zipfile = await openWheel(wheel)
  try {
    const entries = await readEntries(zipfile, withCuda)
    const total = entries.reduce((sum, entry) => sum + entry.uncompressedSize, 0)
    await mkdir(folder, { recursive: true })
    await requireSpace(folder, total, 'unpacking')
    const progress = createByteProgress(reporter, `unpacking ${basename(wheel)}`)
    let done = 0
    for (const entry of entries) {
      await writeEntry(zipfile, entry, folder, (bytes) => progress.update((done += bytes), total))
    }
    progress.end()
    return Object.fromEntries(entries.map((entry) => [entry.fileName, entry.uncompressedSize]))
  } catch (error) {
    throw asLibtorchError(error, wheel)
  } finally {
    zipfile.close()
  }
}

async function openWheel(wheel) {
  try {
    return await yauzl.openPromise(wheel, { lazyEntries: true, autoClose: false })
  } catch (error) {
    throw asLibtorchError(error, wheel)
  }
}

function asLibtorchError(error, wheel) {
  if (error instanceof LibtorchError || typeof error.syscall === 'string') return error
  return new LibtorchError(`${wheel} is not a sound wheel: ${error.message}`, { cause: error })
}

async function sha256(file) {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}

/**
 * Refuses a wheel whose name is known and whose content is another.
 * @returns {Promise<boolean>} whether a hash for this name is known
 */
export async function verifyWheel(wheel, hashes = knownHashes) {
  const expected = hashes[basename(wheel)]
  if (!expected) return false
  const actual = await sha256(wheel)
  if (actual === expected) return true
  throw new LibtorchError(`${basename(wheel)} has SHA-256 ${actual}, ${expected} was published; it was not unpacked`)
}
