import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { builtCheckout } from './checkout.js'
import { output, run } from './processes.js'

/** The packed package, installed in an otherwise empty project. */
export interface InstalledPackage {
  /** The project. */
  readonly folder: string
  /** The paths inside the tarball. */
  readonly files: readonly string[]
  /** What `npm rebuild` said. */
  readonly rebuildOutput: string
  readonly env: NodeJS.ProcessEnv
  remove(): void
}

interface PackReport {
  readonly filename: string
  readonly files: readonly { readonly path: string }[]
}

function pack(root: string, folder: string): PackReport {
  output(process.execPath, [join(root, 'scripts', 'build.mjs')], root)
  const text = output('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root)
  const [report] = JSON.parse(text) as PackReport[]
  if (!report) throw new Error('npm pack reported nothing')
  return report
}

// As a published package has it: beside the package's own files, where node-gyp-build looks.
function placePrebuilt(packageFolder: string): void {
  const { addon, engine } = builtCheckout()
  const folder = join(packageFolder, 'prebuilds', `${process.platform}-${process.arch}`)
  mkdirSync(folder, { recursive: true })
  copyFileSync(addon, join(folder, process.platform === 'linux' ? 'gsv.napi.glibc.node' : 'gsv.napi.node'))
  copyFileSync(engine, join(folder, basename(engine)))
}

/**
 * The addon is the checkout's, placed as a prebuilt one: compiling it again would take minutes. The project's path has
 * a space and letters outside ASCII, as users' paths do.
 */
export function installPackage(): InstalledPackage {
  const { root, libtorch } = builtCheckout()
  const home = mkdtempSync(join(tmpdir(), 'gsv package 语音 '))
  const folder = join(home, 'project')
  mkdirSync(folder)
  const { filename, files } = pack(root, home)
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'project', private: true }))
  const env = { LIBTORCH: libtorch, GSV_CACHE_DIR: join(home, 'cache') }
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline']
  output('npm', ['install', ...quiet, join(home, filename)], folder, { ...env, GSV_SKIP_INSTALL: '1' })
  placePrebuilt(join(folder, 'node_modules', 'gpt-sovits'))
  const rebuilt = run('npm', ['rebuild', 'gpt-sovits', '--foreground-scripts'], folder, env)
  const rebuildOutput = rebuilt.stdout + rebuilt.stderr
  return {
    folder,
    files: files.map((file) => file.path),
    rebuildOutput,
    env,
    remove: () => rmSync(home, { recursive: true })
  }
}
