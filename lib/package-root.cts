import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A CommonJS file, since only there `__dirname` exists in both builds of the package. */
function findPackageRoot(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json')
    // The CJS build has a package.json of its own, which only says that it is CommonJS.
    if (
      existsSync(manifest) &&
      (JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string }).name === 'gpt-sovits'
    ) {
      return folder
    }
    if (folder === dirname(folder)) throw new Error(`no gpt-sovits package.json above ${from}`)
  }
}

/** Folder of the installed package: data files are found from it, whatever the bundler or the build. */
export const packageRoot: string = findPackageRoot(__dirname)

/** Folder of this build's own modules: `dist/esm`, `dist/cjs`, or `lib` where TypeScript runs as it is. */
export const buildRoot: string = __dirname
