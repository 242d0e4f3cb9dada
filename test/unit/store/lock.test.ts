import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { withLock } from '../../../lib/store/lock.js'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gsv-lock-'))
  path = join(folder, 'deep', 'thing')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A process number that was given and is free again. */
const deadPid = (): number => spawnSync(process.execPath, ['-e', '']).pid

function leaveBehind(owner: string): void {
  mkdirSync(`${path}.lock`, { recursive: true })
  writeFileSync(`${path}.owner`, owner)
}

describe('a lock between processes', () => {
  it('lets one in at a time, and leaves nothing', async () => {
    let inside = 0
    const most: number[] = []
    const body = async (): Promise<void> => {
      most.push(++inside)
      await new Promise((resolve) => setTimeout(resolve, 20))
      inside--
    }
    await Promise.all([1, 2, 3].map(() => withLock(path, undefined, body)))
    expect(most).toEqual([1, 1, 1])
    expect(readdirSync(join(folder, 'deep'))).toEqual([])
  })

  it('is taken over at once from a process that was killed', async () => {
    leaveBehind(`${deadPid()} ${hostname()}`)
    const begun = performance.now()
    expect(await withLock(path, undefined, () => Promise.resolve('in'))).toBe('in')
    expect(performance.now() - begun).toBeLessThan(5000) // left behind, it would count for 10 s
    expect(existsSync(`${path}.lock`)).toBe(false)
  })

  it('is taken over by one of several that wait', async () => {
    leaveBehind(`${deadPid()} ${hostname()}`)
    let inside = 0
    const body = async (): Promise<void> => {
      expect(++inside).toBe(1)
      await new Promise((resolve) => setTimeout(resolve, 5))
      inside--
    }
    await Promise.all(Array.from({ length: 8 }, () => withLock(path, undefined, body)))
  })

  it('is respected while its holder lives, here or on another machine', async () => {
    for (const owner of [`${process.pid} ${hostname()}`, `${deadPid()} another-machine`]) {
      leaveBehind(owner)
      const signal = AbortSignal.timeout(200)
      await expect(withLock(path, signal, () => Promise.resolve())).rejects.toMatchObject({ name: 'TimeoutError' })
      expect(existsSync(`${path}.lock`)).toBe(true)
    }
  })

  it('is given back when what it guards fails', async () => {
    await expect(withLock(path, undefined, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    await withLock(path, undefined, () => Promise.resolve())
  })
})
