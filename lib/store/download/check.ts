import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { FileError } from '../../errors.js'

/** Left free on the disk beside what is fetched. */
const ROOM_LEFT = 64 << 20

export interface Digest {
  readonly bytes: number
  readonly sha256: string
  readonly gitSha1: string
  /** What it looks like when it is not a file of weights. */
  readonly disguise?: string | undefined
}

/** Reads a fetched file once more, from the disk. */
export async function digest(path: string, signal: AbortSignal): Promise<Digest> {
  const { size } = await stat(path)
  const sha256 = createHash('sha256')
  const git = createHash('sha1').update(`blob ${size}\0`)
  let disguise: string | undefined
  let bytes = 0
  for await (const part of createReadStream(path, { highWaterMark: 1 << 20, signal })) {
    if (bytes === 0) disguise = disguiseOf((part as Buffer).subarray(0, 512))
    bytes += (part as Buffer).length
    sha256.update(part as Buffer)
    git.update(part as Buffer)
  }
  return { bytes, sha256: sha256.digest('hex'), gitSha1: git.digest('hex'), disguise }
}

// What servers and captive portals send in a file's place.
function disguiseOf(first: Buffer): string | undefined {
  const text = first.toString('latin1').trimStart().toLowerCase()
  if (/^(<!doctype html|<html|<head|<\?xml)/.test(text)) return 'a web page'
  if (text.startsWith('version https://git-lfs')) return 'a Git LFS pointer'
  return undefined
}

/**
 * Looks for room before the first byte is fetched.
 * @throws {FileError} telling how much is free and how much is needed.
 */
export async function requireRoom(path: string, bytes: number | undefined): Promise<void> {
  const folder = dirname(path)
  const disk = bytes === undefined ? undefined : await statfs(folder).catch(() => undefined)
  if (!disk || bytes === undefined) return // not every system tells
  const free = disk.bavail * disk.bsize
  const needed = bytes - (await allocatedBytes(path)) + Math.min(ROOM_LEFT, bytes)
  if (free >= needed) return
  const show = (count: number): string => `${(count / 1e6).toFixed(1)} MB`
  throw new FileError(
    `${folder} has ${show(free)} free and ${show(needed)} are needed; GSV_CACHE_DIR can name a folder on another disk`
  )
}

// A part file has its whole length from the start, with holes.
async function allocatedBytes(path: string): Promise<number> {
  return stat(path).then(
    ({ blocks }) => blocks * 512,
    () => 0
  )
}
