'use strict'
// Where LibTorch and our cache lie, and whether what lies there can be used. The one home of these rules: the install
// scripts run them before any TypeScript is built, lib/native-paths.ts runs them when the addon loads.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

/** The build that the pinned wheels carry. */
const torchVersion = '2.13.0'
/** Written last into a finished cache folder: version and the size of every file. */
const stampName = '.complete'
/** Written beside a compiled engine library: the LibTorch that it was compiled against. */
const buildRecordName = 'libtorch.json'

class LibtorchError extends Error {
  code = 'ERR_GSV_NATIVE_LIBRARY'
  name = 'LibtorchError'
}

function cacheDirectory(env = process.env, platform = process.platform) {
  if (env.GSV_CACHE_DIR) return path.resolve(env.GSV_CACHE_DIR)
  if (env.XDG_CACHE_HOME && path.isAbsolute(env.XDG_CACHE_HOME)) return path.join(env.XDG_CACHE_HOME, 'gpt-sovits')
  const home = env.HOME || os.homedir()
  if (platform === 'win32') return path.join(env.LOCALAPPDATA || path.join(home, 'AppData', 'Local'), 'gpt-sovits')
  if (platform === 'darwin') return path.join(home, 'Library', 'Caches', 'gpt-sovits')
  return path.join(home, '.cache', 'gpt-sovits')
}

function libtorchCacheDirectory(env = process.env) {
  return path.join(cacheDirectory(env), 'libtorch')
}

function libraryFileName(name, platform = process.platform) {
  if (platform === 'win32') return `${name}.dll`
  return platform === 'darwin' ? `lib${name}.dylib` : `lib${name}.so`
}

function readText(file) {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

// Wheels carry version.py, the plain C++ archives build-version; both carry the header.
function readVersion(folder) {
  const fromPython = /__version__ = '([^']+)'/.exec(readText(path.join(folder, 'version.py')))
  if (fromPython) return fromPython[1]
  const fromArchive = readText(path.join(folder, 'build-version')).trim()
  if (fromArchive) return fromArchive
  const header = readText(path.join(folder, 'include', 'torch', 'headeronly', 'version.h'))
  const fromHeader = /define TORCH_VERSION \\?\s*"([^"]+)"/.exec(header)
  return fromHeader ? fromHeader[1] : 'unknown'
}

function hasLibrary(folder, name) {
  return fs.existsSync(path.join(folder, 'lib', libraryFileName(name)))
}

function describe(folder, source) {
  return { path: folder, source, version: readVersion(folder), cuda: hasLibrary(folder, 'torch_cuda') }
}

function fromVariable(env) {
  if (!env.LIBTORCH) return undefined
  const folder = path.resolve(env.LIBTORCH)
  if (hasLibrary(folder, 'torch_cpu')) return describe(folder, 'LIBTORCH')
  throw new LibtorchError(
    `LIBTORCH is ${folder}, which holds no lib/${libraryFileName('torch_cpu')}; ` +
      'set it to the folder that holds include/ and lib/ (in a Python installation: site-packages/torch), or unset it'
  )
}

function readBuildRecord(addonFolder) {
  try {
    const record = JSON.parse(fs.readFileSync(path.join(addonFolder, buildRecordName), 'utf8'))
    return typeof record.path === 'string' && typeof record.version === 'string' ? record : undefined
  } catch {
    return undefined
  }
}

function fromBuildRecord(addonFolder) {
  const record = addonFolder && readBuildRecord(addonFolder)
  if (!record || !hasLibrary(record.path, 'torch_cpu')) return undefined
  return isTrusted(path.dirname(record.path)) === false ? undefined : describe(record.path, 'build')
}

function readStamp(folder) {
  try {
    const stamp = JSON.parse(fs.readFileSync(path.join(folder, stampName), 'utf8'))
    return typeof stamp.version === 'string' && stamp.files && typeof stamp.files === 'object' ? stamp : undefined
  } catch {
    return undefined
  }
}

function hasSize(file, size) {
  try {
    return fs.statSync(file).size === size
  } catch {
    return false
  }
}

/**
 * undefined: not a folder of our making. Checks the size of every library; `everyFile` checks the headers too, which
 * takes a tenth of a second more and matters to a compiler only.
 */
function isTrusted(folder, everyFile = false) {
  const stamp = readStamp(folder)
  if (!stamp) return undefined
  const isLibrary = (name) => /^(torch\/lib|torch\.libs|torch\/\.dylibs|nvidia)\//.test(name)
  return Object.entries(stamp.files).every(
    ([name, size]) => (!everyFile && !isLibrary(name)) || hasSize(path.join(folder, name), size)
  )
}

function cachedFolders(env) {
  let names
  try {
    names = fs.readdirSync(libtorchCacheDirectory(env))
  } catch {
    return []
  }
  const ours = names.filter((name) => name === torchVersion || name.startsWith(`${torchVersion}-`))
  return ours.sort().map((name) => path.join(libtorchCacheDirectory(env), name))
}

// A CUDA build is there only because someone gave its wheel, so it goes before a CPU build.
function fromCache(env, everyFile) {
  const sound = cachedFolders(env).filter((folder) => isTrusted(folder, everyFile))
  const found = sound.map((folder) => describe(path.join(folder, 'torch'), 'cache'))
  return found.find((each) => each.cuda) ?? found[0]
}

const askPython =
  'import importlib.util as u; s = u.find_spec("torch"); print(s.submodule_search_locations[0] if s else "")'

function fromPython(env) {
  if (env.LIBTORCH_USE_PYTORCH !== '1') return undefined
  for (const python of pythonCandidates(env)) {
    const result = spawnSync(python, ['-c', askPython], {
      encoding: 'utf8',
      env: pythonEnvironment(env),
      timeout: 30_000
    })
    const folder = result.status === 0 ? result.stdout.trim() : ''
    if (folder && hasLibrary(folder, 'torch_cpu')) return describe(folder, 'python')
  }
  return undefined
}

function pythonCandidates(env) {
  if (env.GSV_PYTHON) return [env.GSV_PYTHON]
  return process.platform === 'win32' ? ['python', 'python3', 'py'] : ['python3', 'python']
}

// Paths may hold any script, whatever the locale says.
function pythonEnvironment(env) {
  return { ...env, PYTHONUTF8: '1', PYTHONIOENCODING: 'utf-8' }
}

/**
 * In this order: LIBTORCH, what the addon in `addonFolder` was compiled against, our cache, and the torch of the
 * installed Python when LIBTORCH_USE_PYTORCH=1. A LIBTORCH that holds no library is an error, never skipped.
 */
function findLibtorch({ env = process.env, addonFolder, everyFile = false } = {}) {
  return fromVariable(env) ?? fromBuildRecord(addonFolder) ?? fromCache(env, everyFile) ?? fromPython(env)
}

// LibTorch keeps its binary interface within a minor version only.
function minorVersion(version) {
  return version.split('.').slice(0, 2).join('.')
}

function isOlder(version, than) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [thanMajor = 0, thanMinor = 0] = than.split('.').map(Number)
  return major < thanMajor || (major === thanMajor && minor < thanMinor)
}

/** A sentence when the engine library cannot run on `found`; `addonFolder` is left out before anything is compiled. */
function libtorchProblem(found, addonFolder) {
  if (isOlder(found.version, torchVersion)) {
    return `LibTorch at ${found.path} is ${found.version}; this package needs ${torchVersion} or newer`
  }
  const built = addonFolder && (readBuildRecord(addonFolder)?.version ?? torchVersion)
  if (built && found.version !== 'unknown' && minorVersion(built) !== minorVersion(found.version)) {
    return `LibTorch at ${found.path} is ${found.version}, the engine was compiled for ${built}`
  }
  return undefined
}

/** Electron keeps native files beside its archive: the system's loader cannot read inside it. */
function outsideArchive(file) {
  return file.replace(/([\\/])app\.asar([\\/]|$)/, '$1app.asar.unpacked$2')
}

/** node-gyp-build throws when neither a build nor a prebuilt file fits this platform. */
function resolveAddon(root) {
  return outsideArchive(require('node-gyp-build').path(outsideArchive(root)))
}

function engineLibraryBeside(addon) {
  return path.join(path.dirname(addon), process.platform === 'win32' ? 'gsv-engine.dll' : libraryFileName('gsv-engine'))
}

exports.torchVersion = torchVersion
exports.stampName = stampName
exports.buildRecordName = buildRecordName
exports.LibtorchError = LibtorchError
exports.cacheDirectory = cacheDirectory
exports.libtorchCacheDirectory = libtorchCacheDirectory
exports.libraryFileName = libraryFileName
exports.isTrusted = isTrusted
exports.findLibtorch = findLibtorch
exports.libtorchProblem = libtorchProblem
exports.pythonCandidates = pythonCandidates
exports.pythonEnvironment = pythonEnvironment
exports.outsideArchive = outsideArchive
exports.resolveAddon = resolveAddon
exports.engineLibraryBeside = engineLibraryBeside
