import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { cacheDirectory } from '../native-paths.js'
import { type DoctorCheck, missing, note, ok, probe } from './check.js'

const oldestNode = 20
/** What LibTorch's own binaries ask for. */
const oldestGlibc = '2.28'

export function checkNode(): DoctorCheck {
  const version = process.versions.node
  if (Number.parseInt(version, 10) >= oldestNode) return ok('node', version)
  return missing('node', `${version}; ${oldestNode} or newer is needed`, `install Node.js ${oldestNode} or newer`)
}

function glibcVersion(): string | undefined {
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } }
  return report.header?.glibcVersionRuntime
}

export function checkPlatform(): DoctorCheck {
  const name = `${process.platform}-${process.arch}`
  if (process.platform !== 'linux') return ok('platform', name)
  const glibc = glibcVersion()
  if (glibc === undefined) {
    return missing(
      'platform',
      `${name} without glibc`,
      'use a Linux with glibc: LibTorch is not made for other C libraries'
    )
  }
  const [major = 0, minor = 0] = glibc.split('.').map(Number)
  const detail = `${name}, glibc ${glibc}`
  if (major > 2 || minor >= Number(oldestGlibc.slice(2))) return ok('platform', detail)
  return missing('platform', `${detail}; ${oldestGlibc} or newer is needed`, 'use a newer Linux distribution')
}

function cpuFlags(): Set<string> {
  try {
    const line = /^(flags|Features)\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))
    return new Set(line?.[2]?.trim().split(/\s+/))
  } catch {
    return new Set() // other systems keep them elsewhere
  }
}

export function checkCpu(): DoctorCheck {
  const model = cpus()[0]?.model.trim() || process.arch
  const flags = cpuFlags()
  const fast = ['avx2', 'fma', 'avx512f', 'avx512_vnni', 'asimddp', 'sve'].filter((flag) => flags.has(flag))
  const detail = [`${model}, ${availableParallelism()} threads`, ...fast].join(', ')
  if (process.arch !== 'x64' || flags.size === 0 || flags.has('avx2')) return ok('cpu', detail)
  return note('cpu', `${detail}; without AVX2 speech is made several times slower`)
}

function sizeOf(folder: string): number {
  let total = 0
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) total += sizeOf(path)
    else total += lstatSync(path, { throwIfNoEntry: false })?.size ?? 0
  }
  return total
}

function nearestExisting(folder: string): string {
  return existsSync(folder) || folder === dirname(folder) ? folder : nearestExisting(dirname(folder))
}

export function checkCache(): DoctorCheck {
  const folder = cacheDirectory()
  try {
    accessSync(nearestExisting(folder), constants.W_OK)
    const size = existsSync(folder) ? `${(sizeOf(folder) / 1e6).toFixed(0)} MB` : 'empty'
    return ok('cache', `${folder}, ${size}`)
  } catch (error) {
    return note('cache', `${folder} cannot be used: ${(error as Error).message}`, 'set GSV_CACHE_DIR to another folder')
  }
}

function isOnPath(program: string): boolean {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', '.bat'] : ['']
  return (process.env.PATH ?? '')
    .split(delimiter)
    .some((folder) => folder !== '' && endings.some((ending) => existsSync(join(folder, program + ending))))
}

/** Only the download of LibTorch needs it. */
export function checkPip(needed: boolean): DoctorCheck {
  const pip = probe.findPip()
  if (pip) return ok('pip', `${pip.python}: ${pip.version.split(' from ')[0]}`)
  const fix = 'install Python 3 with pip, or set LIBTORCH or GSV_TORCH_WHEEL'
  return needed
    ? missing('pip', 'no Python with pip, which downloads LibTorch', fix)
    : note('pip', 'no Python with pip; needed only to download LibTorch')
}

function cmakeVersion(): string | undefined {
  const result = spawnSync('cmake', ['--version'], { encoding: 'utf8' })
  return result.status === 0 ? /version (\S+)/.exec(result.stdout)?.[1] : undefined
}

/** Only compiling the addon needs them. */
export function checkCompilers(needed: boolean): DoctorCheck {
  const cmake = cmakeVersion()
  const isWindows = process.platform === 'win32' // where CMake finds Visual Studio by itself
  const compiler = isWindows
    ? 'Visual Studio'
    : [process.env.CXX, 'c++', 'g++', 'clang++'].find((each) => each && isOnPath(each))
  const maker = isWindows ? 'MSBuild' : ['ninja', 'make'].find(isOnPath)
  if (cmake && compiler && maker) return ok('compiler', `cmake ${cmake}, ${compiler}, ${maker}`)
  const absent = [cmake ?? 'cmake', compiler ?? 'a C++20 compiler', maker ?? 'ninja or make']
  const names = absent.filter((_, index) => ![cmake, compiler, maker][index]).join(', ')
  if (!needed) return note('compiler', `absent: ${names}; needed only to compile the addon`)
  return missing(
    'compiler',
    `absent: ${names}`,
    installCommands[process.platform] ?? 'install CMake and a C++20 compiler'
  )
}

const installCommands: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'sudo apt install build-essential cmake (or your distribution’s like)',
  darwin: 'xcode-select --install && brew install cmake',
  win32: 'install Visual Studio Build Tools with C++ and CMake'
}
