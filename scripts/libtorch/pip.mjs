// Fetches wheels with the user's own pip: its mirrors, proxies, certificates and hash checks are the user's choice.

import { spawn } from 'node:child_process'
import { mkdir, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { LibtorchError, pythonEnvironment } from './location.cjs'
import { findPip } from './probe.cjs'
import { createByteProgress } from './progress.mjs'
import { pythonTag } from './wheels.mjs'

const pollMs = 250

export function downloadArguments(requirement, platforms, folder, env) {
  const index = env.GSV_TORCH_INDEX_URL ? ['--index-url', env.GSV_TORCH_INDEX_URL] : []
  return [
    ...['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--no-input', '--progress-bar', 'off'],
    ...['--python-version', pythonTag.version, '--implementation', pythonTag.implementation, '--abi', pythonTag.abi],
    ...platforms.flatMap((platform) => ['--platform', platform]),
    ...index,
    ...['--dest', folder, requirement]
  ]
}

async function sizeOf(folder) {
  let total = 0
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => [])) {
    if (!entry.isFile()) continue
    const file = join(entry.parentPath ?? entry.path, entry.name)
    total += await stat(file).then(
      (found) => found.size,
      () => 0
    )
  }
  return total
}

const factors = { kB: 1e3, MB: 1e6, GB: 1e9 }

/** pip names the size when a download starts: `Downloading torch-….whl (191.8 MB)`. */
export function announcedBytes(output) {
  const sizes = [...output.matchAll(/Downloading \S+ \(([\d.]+) (kB|MB|GB)\)/g)]
  const last = sizes.at(-1)
  return last ? Math.round(Number(last[1]) * factors[last[2]]) : undefined
}

// pip loads into its temporary folder before it moves the file, so that one is ours too: its size is the progress, and
// nothing stays behind elsewhere when this process is killed.
function runPip(python, args, temporary, env, onProgress) {
  const variables = { ...pythonEnvironment(env), TMPDIR: temporary, TEMP: temporary, TMP: temporary }
  variables.PIP_REQUIRE_VIRTUALENV = '0'
  return new Promise((resolve, reject) => {
    const child = spawn(python, args, { env: variables, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true })
    let output = ''
    const collect = (chunk) => (output += chunk)
    child.stdout.setEncoding('utf8').on('data', collect)
    child.stderr.setEncoding('utf8').on('data', collect)
    const stop = () => child.kill()
    process.once('exit', stop)
    const timer = setInterval(() => onProgress(output), pollMs)
    child.on('error', reject)
    child.on('close', (status) => {
      clearInterval(timer)
      process.off('exit', stop)
      resolve({ ok: status === 0, output })
    })
  })
}

/** True when pip could not reach its index: asking again for another build would only wait again. */
export function isUnreachable(output) {
  return /Retrying \(Retry|Connection|Temporary failure in name resolution|ProxyError|SSLError/.test(output)
}

function reasonOf(output) {
  if (/No space left on device/.test(output)) return 'no space is left on the device'
  const lines = output.split(/\r?\n/).map((line) => line.trim())
  const errors = lines.filter((line) => line.startsWith('ERROR:')).map((line) => line.slice(6).trim())
  if (isUnreachable(output)) return `pip could not reach its package index (${errors.at(-1) ?? 'connection failed'})`
  return errors.join('; ') || lines.filter(Boolean).at(-1) || 'pip gave no reason'
}

/**
 * Downloads the first of `requirements` that pip finds into `folder` (a new one).
 * @returns the path of the wheel
 * @throws {LibtorchError} with pip's reason
 */
export async function downloadWheel({ requirements, platforms, folder, env = process.env, reporter }) {
  const pip = findPip(env)
  if (!pip) {
    throw new LibtorchError(
      'no Python with pip was found to download LibTorch with; install Python 3 and pip, ' +
        'or set GSV_TORCH_WHEEL to a torch wheel, or LIBTORCH to an unpacked one'
    )
  }
  const temporary = join(folder, 'pip')
  await mkdir(temporary, { recursive: true })
  let last = { ok: false, output: '' }
  for (const requirement of requirements) {
    const progress = createByteProgress(reporter, `downloading ${requirement}`)
    const onProgress = async (output) => progress.update(await sizeOf(folder), announcedBytes(output))
    last = await runPip(pip.python, downloadArguments(requirement, platforms, folder, env), temporary, env, onProgress)
    progress.end()
    if (last.ok) return await downloadedFile(folder)
    if (isUnreachable(last.output)) break
  }
  throw new LibtorchError(
    `pip could not download ${requirements.at(-1)}: ${reasonOf(last.output)}; ` +
      'a wheel from elsewhere can be given by GSV_TORCH_WHEEL, an unpacked LibTorch by LIBTORCH'
  )
}

async function downloadedFile(folder) {
  const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'))
  if (!wheel) throw new LibtorchError('pip ended well but left no wheel')
  return join(folder, wheel)
}
