import { mkdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import lockfile from 'proper-lockfile'
import { FileError } from '../errors.js'
import { isAlive } from './process-alive.js'

// A lock is a folder `PATH.lock` that its holder touches every 2 s; 10 s untouched, it counts as left behind. The note
// `PATH.owner` lets the next process see at once that a holder on the same machine is dead.
const STALE_MS = 10_000
const POLL_MS = 50

/**
 * Runs `body` while no other process holds the lock of `path`. Whoever waits longer than `body` of another takes, waits
 * on; the signal ends it.
 * @throws {FileError} the folder of `path` cannot be written.
 */
export async function withLock<T>(path: string, signal: AbortSignal | undefined, body: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true }).catch((cause: unknown) => {
    throw new FileError(`${dirname(path)} cannot be made: ${(cause as Error).message}`, { cause })
  })
  let release = await tryLock(path)
  while (!release) {
    await breakLeftBehind(path)
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    signal?.throwIfAborted()
    release = await tryLock(path)
  }
  try {
    await writeFile(`${path}.owner`, `${process.pid} ${hostname()}`).catch(() => undefined) // only speeds things up
    return await body()
  } finally {
    await rm(`${path}.owner`, { force: true }).catch(() => undefined)
    await release().catch(() => undefined)
  }
}

async function tryLock(path: string): Promise<(() => Promise<void>) | undefined> {
  try {
    return await lockfile.lock(path, { realpath: false, stale: STALE_MS, update: 2000, onCompromised: () => undefined })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ELOCKED') return undefined
    throw new FileError(`${path} cannot be locked: ${(error as Error).message}`, { cause: error })
  }
}

// Under a lock of its own, and the note goes first: nobody breaks the lock of whoever came next.
async function breakLeftBehind(path: string): Promise<void> {
  if (!(await ownerIsDead(path))) return
  const release = await tryLock(`${path}.breaking`)
  if (!release) return
  try {
    if (!(await ownerIsDead(path))) return
    await rm(`${path}.owner`, { force: true })
    await rmdir(`${path}.lock`)
  } catch {
    // gone already, or waited for until it is stale
  } finally {
    await release().catch(() => undefined)
  }
}

async function ownerIsDead(path: string): Promise<boolean> {
  const owner = await readFile(`${path}.owner`, 'utf8').catch(() => '')
  const [, pid, host] = /^(\d+) (.+)$/.exec(owner) ?? []
  return pid !== undefined && host === hostname() && !isAlive(Number(pid))
}
