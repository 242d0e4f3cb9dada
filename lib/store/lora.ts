import { ModelMismatchError } from '../errors.js'
import type { TensorInfo } from './inspect.js'

/** A tensor of a voice that was trained as a LoRA: its own, its base's, or its base's with two matrices added. */
export interface MergedTensor extends TensorInfo {
  /** Its name in the file that holds it. */
  readonly stored: string
  /** The base holds it, not the voice. */
  readonly inBase: boolean
  /** Matrices of the voice whose product is added: `up [outputs, rank] @ down [rank, inputs]`. */
  readonly added?: { readonly down: string; readonly up: string }
}

const WRAPPED = 'cfm.base_model.model.'
const DOWN = '.lora_A.default.weight'
const UP = '.lora_B.default.weight'

/**
 * A LoRA's tensors over its base's, by the names of a whole voice.
 * @throws {ModelMismatchError} naming a matrix without its partner, without a place in the base, or of another size or rank.
 */
export function mergeLora(
  base: readonly TensorInfo[],
  voice: readonly TensorInfo[],
  rank: number | undefined
): MergedTensor[] {
  const merged = new Map<string, MergedTensor>(
    base.map((tensor) => [tensor.name, { ...tensor, stored: tensor.name, inBase: true }])
  )
  const pairs = new Map<string, { down?: TensorInfo; up?: TensorInfo }>()
  for (const tensor of voice) {
    const name = tensor.name.startsWith(WRAPPED) ? `cfm.${tensor.name.slice(WRAPPED.length)}` : tensor.name
    const half = name.endsWith(DOWN) ? 'down' : name.endsWith(UP) ? 'up' : undefined
    if (half === undefined) {
      merged.set(name, { ...tensor, name, stored: tensor.name, inBase: false })
      continue
    }
    const target = `${name.slice(0, -(half === 'down' ? DOWN : UP).length)}.weight`
    pairs.set(target, { ...pairs.get(target), [half]: tensor })
  }
  for (const [target, pair] of pairs) merged.set(target, adapted(target, merged.get(target), pair, rank))
  return [...merged.values()]
}

function adapted(
  target: string,
  base: MergedTensor | undefined,
  { down, up }: { down?: TensorInfo; up?: TensorInfo },
  rank: number | undefined
): MergedTensor {
  if (!down || !up) throw new ModelMismatchError(`${(down ?? up)?.name} is there without its partner`)
  if (!base) throw new ModelMismatchError(`${down.name} changes ${target}, which its base does not have`)
  const ranks = [down.shape[0], up.shape[1]]
  const wanted = rank ?? ranks[0]
  if (ranks.some((size) => size !== wanted)) {
    throw new ModelMismatchError(`${down.name} and its partner are of rank ${ranks.join(' and ')}, not ${wanted}`)
  }
  const [outputs, inputs] = base.shape
  if (base.shape.length !== 2 || up.shape[0] !== outputs || down.shape[1] !== inputs) {
    const product = `[${up.shape[0]}, ${down.shape[1]}]`
    throw new ModelMismatchError(
      `${down.name} and its partner make ${product}; ${target} is [${base.shape.join(', ')}]`
    )
  }
  return { ...base, added: { down: down.name, up: up.name } }
}
