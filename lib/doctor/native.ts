import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { addonPath, engineLibraryPath, findLibtorch, type FoundLibtorch } from '../native-paths.js'
import { packageRoot } from '../package-root.cjs'
import { type DoctorCheck, missing, ok, probe } from './check.js'

/** What `npm rebuild` is called in a checkout and in a project that uses the package. */
function rebuildCommand(): string {
  return existsSync(join(packageRoot, 'tsconfig.json')) ? 'npm run build:native' : 'npm rebuild gpt-sovits'
}

export function checkAddon(): DoctorCheck {
  const path = addonPath()
  if (path === undefined) return missing('addon', 'none is compiled and none is prebuilt for here', rebuildCommand())
  const complaint = probe.addonComplaint(path)
  return complaint === undefined ? ok('addon', path) : missing('addon', `${path}: ${complaint}`, rebuildCommand())
}

export function checkEngine(): DoctorCheck {
  const path = engineLibraryPath()
  return path === undefined
    ? missing('engine', 'the engine library is not beside the addon', rebuildCommand())
    : ok('engine', path)
}

function libtorchFile(found: FoundLibtorch): string {
  const names = { win32: 'torch_cpu.dll', darwin: 'libtorch_cpu.dylib' } as Record<string, string>
  return join(found.path, 'lib', names[process.platform] ?? 'libtorch_cpu.so')
}

export function checkLibtorch(): DoctorCheck {
  try {
    const found = findLibtorch()
    if (!found) return missing('libtorch', 'not found: neither LIBTORCH nor the cache holds one', rebuildCommand())
    const detail = `${found.version}${found.cuda ? ' with CUDA' : ', CPU'}, from ${sources[found.source]}: ${found.path}`
    const complaint = probe.libraryComplaint(libtorchFile(found))
    if (complaint === undefined) return ok('libtorch', detail)
    return missing(
      'libtorch',
      `${detail}: ${complaint}`,
      `install what it names, or ${rebuildCommand()} with LIBTORCH set`
    )
  } catch (error) {
    return missing('libtorch', (error as Error).message, `unset LIBTORCH or correct it, then ${rebuildCommand()}`)
  }
}

const sources: Readonly<Record<FoundLibtorch['source'], string>> = {
  LIBTORCH: 'LIBTORCH',
  build: 'the build',
  cache: 'the cache',
  python: 'Python'
}
