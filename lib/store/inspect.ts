import { resolve } from 'node:path'
import type { Binding } from '../../binding.js'
import { binding, run } from '../native.js'
import { type Need, needsOf } from './needs.js'

export interface TensorInfo {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
}

/** What a model file is, read without LibTorch and without running anything of it. */
export interface Inspection {
  readonly path: string
  /** `s1`, `s2`, `hubert`, `bert`, or what else it was found to be. */
  readonly kind: string
  /** `v1` to `v4`; empty when the kind has no versions, or this release does not know it. */
  readonly version: string
  /** False where two versions have the same tensors and nothing in the file says which it is; `version` is the elder then. */
  readonly versionIsStated: boolean
  /** Name of the published base model that it is, such as `s2Gv3.pth`. */
  readonly published: string | null
  /** A sentence for people. */
  readonly what: string
  /** Of a LoRA: the rank of its matrices, where the file says it. */
  readonly loraRank: number | null
  readonly container: string
  readonly info: string
  readonly config: unknown
  readonly parameters: number
  readonly tensors: readonly TensorInfo[]
  /** What is odd about it. */
  readonly warnings: readonly string[]
  /** What else a voice of it needs. */
  readonly needs: readonly Need[]
}

/**
 * Tells what a checkpoint holds.
 * @throws {UnsafeCheckpointError | CorruptCheckpointError | CorruptModelError | UnsupportedFormatError | FileError}
 */
export async function inspect(
  path: string,
  options: { signal?: AbortSignal | undefined; addon?: Binding | undefined } = {}
): Promise<Inspection> {
  const file = resolve(path)
  const addon = options.addon ?? binding()
  const { json } = await run<{ json: string }>((job) => addon.inspect(job, file), { signal: options.signal })
  const found = JSON.parse(json) as Omit<Inspection, 'path' | 'needs'>
  return { path: file, ...found, needs: needsOf(addon, found.kind, found.version) }
}
