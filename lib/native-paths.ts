import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { LibtorchLocation } from '../scripts/libtorch/location.cjs'
import { NativeLibraryError } from './errors.js'
import { packageRoot } from './package-root.cjs'

// The rules are plain JavaScript in scripts/, since the install step needs them before this file is compiled.
type Rules = typeof import('../scripts/libtorch/location.cjs')
// Loaded at first need: text is read without them.
const rules = (): Rules => createRequire(join(packageRoot, 'package.json'))('./scripts/libtorch/location.cjs') as Rules

/** A LibTorch on disk. */
export interface FoundLibtorch {
  /** The folder that holds `lib/`. */
  readonly path: string
  /** Which rule found it. */
  readonly source: 'LIBTORCH' | 'build' | 'cache' | 'python'
  readonly version: string
  readonly cuda: boolean
}

/** Models, LibTorch and other files that can be had again; `GSV_CACHE_DIR` moves it. */
export function cacheDirectory(): string {
  return rules().cacheDirectory()
}

/** The addon for this platform: a local build first, then a prebuilt file. */
export function addonPath(): string | undefined {
  try {
    return rules().resolveAddon(packageRoot)
  } catch {
    return undefined // node-gyp-build's way to say that there is none
  }
}

/** The engine library, which lies beside its addon. */
export function engineLibraryPath(addonFolder?: string): string | undefined {
  const addon = addonFolder === undefined ? addonPath() : join(addonFolder, 'gsv.node')
  if (addon === undefined) return undefined
  const library = rules().engineLibraryBeside(addon)
  return existsSync(library) ? library : undefined
}

/**
 * In this order: `LIBTORCH`, the one that the addon was compiled against, our cache, and with `LIBTORCH_USE_PYTORCH=1`
 * the torch of the installed Python. Only the last starts a process.
 * @throws {NativeLibraryError} when `LIBTORCH` holds none, or the one found does not fit the engine library
 */
export function findLibtorch(): FoundLibtorch | undefined {
  const addon = addonPath()
  const addonFolder = addon === undefined ? undefined : dirname(addon)
  const found = locate(addonFolder)
  const problem = found && rules().libtorchProblem(found, addonFolder)
  if (problem) throw new NativeLibraryError(`${problem}; run \`npm rebuild gpt-sovits\``)
  return found
}

function locate(addonFolder: string | undefined): LibtorchLocation | undefined {
  try {
    return rules().findLibtorch(addonFolder === undefined ? {} : { addonFolder })
  } catch (cause) {
    throw new NativeLibraryError((cause as Error).message, { cause })
  }
}
