// Full and read-only disks. They are real ones of memory, which only root may mount; elsewhere such tests are skipped.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

export const canMount = process.platform === 'linux' && process.getuid?.() === 0 && tryMount()

/** A disk of 1 MiB until it is mounted anew, such as with `size=16m` or `ro`; gone after the test. */
export function smallDisk(): { path: string; remount(options: string): void } {
  const path = mkdtempSync(join(tmpdir(), 'gsv-disk-'))
  mount('-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', path)
  onTestFinished(() => {
    spawnSync('umount', [path])
    rmSync(path, { recursive: true, force: true })
  })
  return { path, remount: (options) => mount('-o', `remount,${options}`, path) }
}

function mount(...args: string[]): void {
  if (spawnSync('mount', args).status !== 0) throw new Error('mounting failed')
}

function tryMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'gsv-disk-'))
  const done = spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', folder]).status === 0
  if (done) spawnSync('umount', [folder])
  rmSync(folder, { recursive: true, force: true })
  return done
}
