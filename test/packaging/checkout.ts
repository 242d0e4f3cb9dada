import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { addonPath, engineLibraryPath, findLibtorch } from '../../lib/native-paths.js'
import { packageRoot } from '../../lib/package-root.cjs'

/** What `npm install` made of this checkout; the packaging tests need all of it. */
export interface Checkout {
  readonly root: string
  readonly addon: string
  readonly engine: string
  readonly libtorch: string
}

export function builtCheckout(): Checkout {
  const addon = addonPath()
  const engine = addon && engineLibraryPath(dirname(addon))
  const libtorch = findLibtorch()?.path
  if (!addon || !engine || !libtorch || !existsSync(addon)) {
    throw new Error('the addon of this checkout is not built: npm run build:native')
  }
  return { root: packageRoot, addon, engine, libtorch }
}

/** A file of a developer's tool that the checkout has. */
export function tool(...path: string[]): string {
  return join(packageRoot, 'node_modules', ...path)
}
