import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Binding } from '../../binding.js'
import { FileError, UnsupportedConfigError, WrongModelError } from '../errors.js'
import { run } from '../native.js'
import { inspect, type Inspection } from './inspect.js'
import { resolve } from './resolve.js'
import { blueprintPath, type NetworkName, readSpecification } from './specification.js'

/** A user's file for one network, told apart and read as far as its header. */
export interface Source {
  readonly network: NetworkName
  readonly file: string
  readonly inspection: Inspection
  /** Of the checkpoint, or the `config.json` beside it. */
  readonly config: unknown
}

export interface FillOptions {
  readonly signal?: AbortSignal | undefined
}

/** Names under which the public projects keep the weights of a folder. */
const weightFiles = ['pytorch_model.bin', 'model.safetensors']

/**
 * Reads the header of a GPT or SoVITS file.
 * @throws {WrongModelError} saying what the file is when it is something else.
 */
export async function openCheckpoint(
  addon: Binding,
  wanted: 's1' | 's2',
  file: string,
  options: FillOptions
): Promise<Source> {
  const inspection = await inspect(file, { addon, ...options })
  if (inspection.kind !== wanted) {
    const needed = wanted === 's1' ? 'GPT weights (*.ckpt)' : 'SoVITS weights (*.pth)'
    throw new WrongModelError(`${inspection.path} is ${inspection.what}; ${needed} are needed here`)
  }
  const pro = wanted === 's2' && inspection.version.startsWith('v2Pro')
  return { network: pro ? 's2_pro' : wanted, file: inspection.path, inspection, config: inspection.config }
}

/**
 * Reads the header of a folder as the transformers library writes them.
 * @throws {FileError} when it has no weights or no readable `config.json`.
 */
export async function openFolder(
  addon: Binding,
  network: 'hubert' | 'bert',
  folder: string,
  options: FillOptions
): Promise<Source> {
  const config = await readJson(join(folder, 'config.json'))
  for (const name of weightFiles) {
    const inspection = await inspect(join(folder, name), { addon, ...options }).catch((error: unknown) => {
      if (error instanceof FileError) return undefined
      throw error
    })
    if (!inspection) continue
    if (inspection.kind !== network) {
      throw new WrongModelError(`${inspection.path} is ${inspection.what}; the ${network} network is needed here`)
    }
    return { network, file: inspection.path, inspection, config }
  }
  throw new FileError(`${folder} has neither ${weightFiles.join(' nor ')}`)
}

/** Writes a module that TorchScript opens. */
export async function fill(
  addon: Binding,
  source: Source,
  output: string,
  options: FillOptions
): Promise<{ parameters: number; warnings: readonly string[] }> {
  const specification = await readSpecification(source.network)
  const { tensors, attributes } = withFile(source.file, () =>
    resolve(specification, source.config, source.inspection.tensors)
  )
  const request = {
    network: source.network,
    blueprint: blueprintPath(specification.blueprint),
    checkpoint: source.file,
    output,
    tensors,
    attributes
  }
  return run((job) => addon.fill(job, request), options)
}

function withFile<T>(file: string, body: () => T): T {
  try {
    return body()
  } catch (error) {
    if (error instanceof Error && 'code' in error) error.message = `${file}: ${error.message}`
    throw error
  }
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new FileError(`${path} cannot be read: ${(cause as Error).message}`, { cause })
  })
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    throw new UnsupportedConfigError(`${path} is not JSON`, { cause })
  }
}
