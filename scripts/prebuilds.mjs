// Copies what was compiled here to prebuilds/<platform>-<arch>/, where node-gyp-build looks in an installed package.

import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { engineLibraryBeside } from './libtorch/location.cjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const addon = join(root, 'build', 'Release', 'gsv.node')
const folder = join(root, 'prebuilds', `${process.platform}-${process.arch}`)

// The C library is part of the name, so that a system with musl does not take a file made for glibc.
const addonName = process.platform === 'linux' ? 'gsv.napi.glibc.node' : 'gsv.napi.node'

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
for (const [from, name] of [
  [addon, addonName],
  [engineLibraryBeside(addon), basename(engineLibraryBeside(addon))]
]) {
  const to = join(folder, name)
  copyFileSync(from, to)
  if (process.platform === 'linux') spawnSync('strip', ['--strip-unneeded', to], { stdio: 'inherit' })
  console.log(to)
}
