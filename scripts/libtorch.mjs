// Finds LibTorch, or fetches the pinned one into our cache. `node scripts/libtorch.mjs` prints the folder it ends with.

import { randomBytes } from 'node:crypto'
import { existsSync, realpathSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import lockfile from 'proper-lockfile'
import {
  findLibtorch,
  isTrusted,
  libraryFileName,
  libtorchCacheDirectory,
  LibtorchError,
  libtorchProblem,
  stampName,
  torchVersion
} from './libtorch/location.cjs'
import { downloadWheel } from './libtorch/pip.mjs'
import { libraryComplaint } from './libtorch/probe.cjs'
import { createReporter } from './libtorch/progress.mjs'
import { requireSpace, unpackWheel, verifyWheel } from './libtorch/unpack.mjs'
import { cudaRuntimePackages, knownHashes, nvidiaPlatforms, requirements, wheelPlatforms } from './libtorch/wheels.mjs'

const temporaryPrefix = '.unfinished-'
// A holder renews its lock every few seconds; one that was killed is waited for no longer than this.
const staleLockMs = 20_000
const lockPollMs = 500
// The smallest wheel and what comes out of it; a larger one is measured when it is there.
const leastSpace = 700e6

/**
 * @param {object} options
 * @param {NodeJS.ProcessEnv} options.env what chooses: LIBTORCH, LIBTORCH_USE_PYTORCH, GSV_TORCH_WHEEL,
 *   GSV_TORCH_INDEX_URL, GSV_CACHE_DIR, GSV_PYTHON
 * @param {string} [options.addonFolder] of an addon that is compiled already
 * @param {Record<string, string>} [options.hashes] SHA-256 by file name
 * @param {(file: string) => string | undefined} [options.complaintOf] asks the system's loader
 * @throws {LibtorchError} with a sentence for people
 */
export async function provideLibtorch({
  env = process.env,
  addonFolder,
  reporter,
  hashes = knownHashes,
  complaintOf = libraryComplaint
}) {
  const found = env.GSV_TORCH_WHEEL && !env.LIBTORCH ? undefined : findLibtorch({ env, addonFolder, everyFile: true })
  if (found) return requireUsable(found)
  try {
    return requireUsable(
      await withCacheLock(env, reporter, (cache) => fetchLibtorch({ env, cache, reporter, hashes, complaintOf }))
    )
  } catch (error) {
    throw explainDiskError(error, libtorchCacheDirectory(env))
  }
}

function requireUsable(found) {
  const problem = libtorchProblem(found)
  if (problem) throw new LibtorchError(problem)
  return found
}

const diskErrors = {
  ENOSPC: 'no space is left on the device',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'it is read-only',
  EACCES: 'it may not be written',
  EPERM: 'it may not be written',
  ENOTDIR: 'it is not a folder'
}

function explainDiskError(error, cache) {
  const reason = diskErrors[error.code]
  if (!reason) return error
  return new LibtorchError(`LibTorch cannot be stored in ${cache}: ${reason}; set GSV_CACHE_DIR to another folder`, {
    cause: error
  })
}

async function withCacheLock(env, reporter, work) {
  const cache = libtorchCacheDirectory(env)
  await mkdir(cache, { recursive: true })
  const release = await acquireLock(cache, reporter)
  try {
    return await work(cache)
  } finally {
    await release().catch(() => undefined) // the folder may have been removed meanwhile
  }
}

async function acquireLock(cache, reporter) {
  for (let waited = false; ; waited = true) {
    try {
      return await lockfile.lock(cache, { stale: staleLockMs, onCompromised: () => undefined })
    } catch (error) {
      if (error.code !== 'ELOCKED') throw error
      if (!waited) reporter.say('another installation is fetching LibTorch; waiting for it')
      await new Promise((done) => setTimeout(done, lockPollMs))
    }
  }
}

// Under the lock: whatever unfinished folder is there belongs to a run that was killed.
async function removeUnfinished(cache) {
  for (const name of await readdir(cache)) {
    if (name.startsWith(temporaryPrefix)) await rm(join(cache, name), { recursive: true, force: true, maxRetries: 5 })
  }
}

async function fetchLibtorch({ env, cache, reporter, hashes, complaintOf }) {
  await removeUnfinished(cache)
  const byAnother = env.GSV_TORCH_WHEEL ? await findUnpacked(cache, env) : findLibtorch({ env, everyFile: true })
  if (byAnother) return byAnother
  const work = join(cache, temporaryPrefix + randomBytes(6).toString('hex'))
  await mkdir(work)
  const stop = () => process.exit(130)
  process.once('SIGINT', stop)
  try {
    const wheel = await obtainWheel({ env, work, reporter })
    await checkWheel(wheel, hashes, reporter)
    return await unpackInto({ env, cache, work, wheel, reporter, complaintOf })
  } finally {
    process.off('SIGINT', stop)
    await rm(work, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function obtainWheel({ env, work, reporter }) {
  if (env.GSV_TORCH_WHEEL) {
    const wheel = resolve(env.GSV_TORCH_WHEEL)
    if (!existsSync(wheel)) throw new LibtorchError(`GSV_TORCH_WHEEL is ${wheel}, which is not there`)
    return wheel
  }
  const platforms = wheelPlatforms()
  if (!platforms) {
    throw new LibtorchError(
      `torch ${torchVersion} has no wheel for ${process.platform}-${process.arch}; build LibTorch and set LIBTORCH`
    )
  }
  await requireSpace(work, leastSpace, 'LibTorch')
  reporter.say(`LibTorch ${torchVersion} is not here yet; pip downloads it once into ${libtorchCacheDirectory(env)}`)
  return downloadWheel({ requirements: requirements(), platforms, folder: join(work, 'wheel'), env, reporter })
}

async function checkWheel(wheel, hashes, reporter) {
  if (await verifyWheel(wheel, hashes)) return
  reporter.say(`no SHA-256 is pinned for ${basename(wheel)}; its own checksums and pip's checks stand`)
}

/** Someone who names a wheel or an index may want its CUDA part; who does not gets the CPU part of whatever came. */
function wantsCuda(env) {
  return Boolean(env.GSV_TORCH_WHEEL || env.GSV_TORCH_INDEX_URL)
}

async function unpackInto({ env, cache, work, wheel, reporter, complaintOf }) {
  const content = join(work, 'content')
  const withCuda = wantsCuda(env)
  const files = await unpackWheel(wheel, content, { withCuda, reporter })
  const library = join(content, 'torch', 'lib', libraryFileName('torch_cpu'))
  if (!existsSync(library)) throw new LibtorchError(`${wheel} holds no ${basename(library)}; is it a torch wheel?`)
  await completeLibraries({ env, work, content, library, files, reporter, complaintOf })
  const cuda = existsSync(join(content, 'torch', 'lib', libraryFileName('torch_cuda')))
  const stamp = { version: torchVersion, wheel: basename(wheel), cuda, files }
  await writeFile(join(content, stampName), JSON.stringify(stamp), { flush: true })
  const target = join(cache, `${torchVersion}-${cuda ? 'cuda' : 'cpu'}`)
  await replaceFolder(content, target, join(work, 'replaced'))
  reporter.say(`LibTorch is ready in ${target}`)
  return describeUnpacked(target, env)
}

// What an interrupted or damaged unpacking left under the final name is moved away first: rename needs an empty place.
async function replaceFolder(from, to, aside) {
  if (existsSync(to)) await rename(to, aside)
  await rename(from, to)
}

function describeUnpacked(target, env) {
  const found = findLibtorch({ env: { ...env, LIBTORCH: join(target, 'torch') } })
  return { ...found, source: 'cache' }
}

async function findUnpacked(cache, env) {
  const wanted = basename(env.GSV_TORCH_WHEEL)
  for (const kind of ['cuda', 'cpu']) {
    const folder = join(cache, `${torchVersion}-${kind}`)
    if (isTrusted(folder, true) && JSON.parse(await readFile(join(folder, stampName), 'utf8')).wheel === wanted) {
      return describeUnpacked(folder, env)
    }
  }
  return undefined
}

/**
 * A wheel made for CUDA leaves NVIDIA's libraries to other wheels; libtorch_cpu itself needs two of them, a few MB.
 * The system's copies serve where there are any.
 */
async function completeLibraries({ env, work, content, library, files, reporter, complaintOf }) {
  const fetched = new Set()
  for (;;) {
    const complaint = complaintOf(library)
    if (!complaint) return
    const part = cudaRuntimePackages.find((each) => each.library.test(complaint))
    if (!part || fetched.has(part.requirement)) throw new LibtorchError(unopenable(complaint))
    fetched.add(part.requirement)
    const folder = join(work, `wheel-${fetched.size}`)
    const platforms = nvidiaPlatforms()
    const wheel = await downloadWheel({ requirements: [part.requirement], platforms, folder, env, reporter })
    Object.assign(files, await unpackWheel(wheel, content, { withCuda: true, reporter }))
  }
}

function unopenable(complaint) {
  return (
    `the system's loader refuses LibTorch: ${complaint}; ` +
    'install what it names, or set LIBTORCH to a LibTorch that works on this machine'
  )
}

async function main() {
  const reporter = createReporter()
  try {
    const found = await provideLibtorch({ reporter })
    console.log(found.path)
  } catch (error) {
    reporter.say(error instanceof LibtorchError ? error.message : error.stack)
    process.exitCode = 1
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await main()
