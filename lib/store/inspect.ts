import { resolve } from 'node:path'
import type { Binding } from '../../binding.js'
import { binding, run } from '../native.js'

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
  /** `v1` to `v4`; empty when the kind has no versions. */
  readonly version: string
  /** A sentence for people. */
  readonly what: string
  readonly container: string
  readonly info: string
  readonly config: unknown
  readonly parameters: number
  readonly tensors: readonly TensorInfo[]
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
  return { path: file, ...(JSON.parse(json) as Omit<Inspection, 'path'>) }
}
