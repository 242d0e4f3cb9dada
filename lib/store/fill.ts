import type { Binding } from '../../binding.js'
import { run } from '../native.js'
import type { Inspection } from './inspect.js'
import { mergeLora } from './lora.js'
import { resolve } from './resolve.js'
import { blueprintPath, type NetworkName, readSpecification } from './specification.js'

/** A user's file for one network, told apart and read as far as its header. */
export interface Source {
  readonly network: NetworkName
  readonly file: string
  readonly inspection: Inspection
  /** Of the checkpoint, or the `config.json` beside it. */
  readonly config: unknown
  /** Of a LoRA: what it was trained on. */
  readonly base?: Source
}

export interface FillOptions {
  readonly signal?: AbortSignal | undefined
}

/** Writes a module that TorchScript opens. */
export async function fill(
  addon: Binding,
  source: Source,
  output: string,
  options: FillOptions
): Promise<{ parameters: number; warnings: readonly string[] }> {
  const specification = await readSpecification(source.network)
  const { tensors, attributes } = withFile(source.file, () => resolve(specification, source.config, tensorsOf(source)))
  const request = {
    network: source.network,
    blueprint: blueprintPath(specification.blueprint),
    checkpoint: source.file,
    base: source.base?.file ?? '',
    output,
    tensors,
    attributes
  }
  return run((job) => addon.fill(job, request), options)
}

function tensorsOf({ inspection, base }: Source) {
  if (!base) return inspection.tensors
  return mergeLora(base.inspection.tensors, inspection.tensors, inspection.loraRank ?? undefined)
}

function withFile<T>(file: string, body: () => T): T {
  try {
    return body()
  } catch (error) {
    if (error instanceof Error && 'code' in error) error.message = `${file}: ${error.message}`
    throw error
  }
}
