import { mkdir, open, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Binding } from '../../binding.js'
import { FileError } from '../errors.js'
import { fileHash, partialPath } from './cache.js'
import { fill, type FillOptions, type Source } from './fill.js'

/** A module that was written. */
export interface ModuleFile {
  readonly bytes: number
  readonly sha256: string
  readonly warnings: readonly string[]
}

/**
 * Fills a network's blueprint from its source and puts the module under `path` when it is whole and on the disk.
 * It is made in a folder of its own, so that whatever a killed process leaves is there. The same weights give the same
 * bytes.
 */
export async function fillWhole(
  addon: Binding,
  source: Source,
  path: string,
  options: FillOptions
): Promise<ModuleFile> {
  const scratch = partialPath(path)
  const partial = join(scratch, basename(path))
  try {
    await mkdir(scratch).catch((cause: unknown) => {
      throw new FileError(`${path} cannot be written: ${(cause as Error).message}`, { cause })
    })
    const { warnings } = await fill(addon, source, partial, options)
    const bytes = await flushed(partial)
    const sha256 = await fileHash(partial, options.signal)
    await rename(partial, path)
    return { bytes, sha256, warnings }
  } finally {
    await rm(scratch, { recursive: true, force: true }).catch(() => undefined)
  }
}

/** Puts a written file on the disk. Returns its size. */
async function flushed(path: string): Promise<number> {
  const file = await open(path, 'r+')
  try {
    await file.sync()
    return (await file.stat()).size
  } finally {
    await file.close()
  }
}
