import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import yauzl from 'yauzl'
import { CorruptModelError, UnsafeCheckpointError } from '../errors.js'
import { blueprintPath } from './specification.js'

/** TorchScript source files of a module, by their path below `code/`, as hashes. */
type Code = ReadonlyMap<string, string>

const MOST_ENTRIES = 100_000
const LONGEST_SOURCE = 4 << 20

let shipped: Promise<Code[]> | undefined

/**
 * A TorchScript module is a program. One that comes from elsewhere is opened only when its program is one of ours: every
 * source file in it must be the same as in a blueprint of this package, so that weights are all that it brings.
 * @throws {UnsafeCheckpointError} it holds other code. @throws {CorruptModelError} it is no TorchScript module.
 */
export async function requireOurCode(module: string): Promise<void> {
  const code = await readCode(module)
  shipped ??= blueprints()
  const ours = await shipped
  const isOurs = ours.some((blueprint) => [...code].every(([path, hash]) => blueprint.get(path) === hash))
  if (code.size > 0 && isOurs) return
  throw new UnsafeCheckpointError(
    `${module} holds a program that is not of this release, and was not opened; import the voice's checkpoints again`
  )
}

async function blueprints(): Promise<Code[]> {
  const names = (await readdir(dirname(blueprintPath('manifest.json')))).filter((name) => name.endsWith('.pt'))
  return Promise.all(names.map((name) => readCode(blueprintPath(name))))
}

async function readCode(module: string): Promise<Code> {
  const code = new Map<string, string>()
  try {
    const zip = await yauzl.openPromise(module, { lazyEntries: true, autoClose: false })
    try {
      await collect(zip, code)
    } finally {
      zip.close()
    }
  } catch (cause) {
    throw new CorruptModelError(`${module} is not a TorchScript module: ${(cause as Error).message}`, { cause })
  }
  return code
}

// LibTorch and this reader must see the same archive: one folder, each name once, nothing packed.
async function collect(zip: yauzl.ZipFile, code: Map<string, string>): Promise<void> {
  if (zip.entryCount > MOST_ENTRIES) throw new Error('too many entries')
  const names = new Set<string>()
  let root: string | undefined
  for await (const entry of zip.eachEntry()) {
    const name = entry.fileName
    const slash = name.indexOf('/')
    root ??= name.slice(0, slash)
    const lower = name.toLowerCase()
    if (slash < 1 || name.slice(0, slash) !== root || names.has(lower)) throw new Error(`odd entry ${name}`)
    names.add(lower)
    if (!lower.startsWith('code/', slash + 1) || lower.endsWith('.debug_pkl')) continue
    if (entry.uncompressedSize > LONGEST_SOURCE) throw new Error(`${name} is too long`)
    const hash = createHash('sha256')
    for await (const part of await zip.openReadStreamPromise(entry)) hash.update(part as Buffer)
    code.set(name.slice(slash + 1), hash.digest('hex'))
  }
}
