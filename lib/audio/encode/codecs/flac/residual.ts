import type { BitWriter } from './bit-writer.js'

const HIGHEST_PARTITION_ORDER = 6
const HIGHEST_PARAMETER = 14

/** How the residual is split into parts that have a Rice parameter each. */
export interface RicePlan {
  readonly partitionOrder: number
  readonly parameters: readonly number[]
  readonly bits: number
}

/** Residuals with the sign in the lowest bit, so that small ones of both signs are small. */
export function zigzag(residual: Int32Array): Uint32Array {
  const folded = new Uint32Array(residual.length)
  for (let i = 0; i < folded.length; i++) {
    const value = residual[i] as number
    folded[i] = (value << 1) ^ (value >> 31)
  }
  return folded
}

/** The cheapest split. `order` samples of the first part are not residuals but stand as they are. */
export function planRice(folded: Uint32Array, order: number): RicePlan {
  const blockSize = folded.length + order
  const finest = finestPartitionOrder(blockSize, order)
  let sums = partSums(folded, order, finest)
  let best: RicePlan | undefined
  for (let partitionOrder = finest; partitionOrder >= 0; partitionOrder--) {
    const plan = planParts(sums, blockSize >> partitionOrder, order, partitionOrder)
    if (!best || plan.bits <= best.bits) best = plan
    sums = inPairs(sums)
  }
  return best as RicePlan // order 0 always divides
}

function finestPartitionOrder(blockSize: number, order: number): number {
  let finest = 0
  while (finest < HIGHEST_PARTITION_ORDER && blockSize % (2 << finest) === 0 && blockSize >> (finest + 1) > order) {
    finest++
  }
  return finest
}

function partSums(folded: Uint32Array, order: number, partitionOrder: number): Float64Array {
  const sums = new Float64Array(1 << partitionOrder)
  forEachPart(folded, order, partitionOrder, (part, index) => {
    let sum = 0
    for (let i = 0; i < part.length; i++) sum += part[i] as number
    sums[index] = sum
  })
  return sums
}

function inPairs(sums: Float64Array): Float64Array {
  return Float64Array.from(
    { length: sums.length >> 1 },
    (_, i) => (sums[2 * i] as number) + (sums[2 * i + 1] as number)
  )
}

function planParts(sums: Float64Array, size: number, order: number, partitionOrder: number): RicePlan {
  const parameters: number[] = []
  let bits = 6
  for (const [index, sum] of sums.entries()) {
    const [parameter, cost] = cheapestParameter(sum, index === 0 ? size - order : size)
    parameters.push(parameter)
    bits += 4 + cost
  }
  return { partitionOrder, parameters, bits }
}

// The quotient of the sum stands for the sum of the quotients: never too low, too high by less than a bit a value.
function cheapestParameter(sum: number, count: number): readonly [number, number] {
  let [parameter, cost] = [0, Infinity]
  for (let candidate = 0; candidate <= HIGHEST_PARAMETER; candidate++) {
    const bits = count * (candidate + 1) + Math.floor(sum / 2 ** candidate)
    if (bits >= cost) break
    ;[parameter, cost] = [candidate, bits]
  }
  return [parameter, cost]
}

export function writeResidual(writer: BitWriter, folded: Uint32Array, order: number, plan: RicePlan): void {
  writer.write(0, 2) // Rice parameters of four bits
  writer.write(plan.partitionOrder, 4)
  forEachPart(folded, order, plan.partitionOrder, (part, index) => {
    const parameter = plan.parameters[index] as number
    writer.write(parameter, 4)
    for (let i = 0; i < part.length; i++) {
      const value = part[i] as number
      writer.unary(value >>> parameter)
      if (parameter > 0) writer.write(value, parameter)
    }
  })
}

function forEachPart(
  folded: Uint32Array,
  order: number,
  partitionOrder: number,
  take: (part: Uint32Array, index: number) => void
): void {
  const size = (folded.length + order) >> partitionOrder
  for (let index = 0; index < 1 << partitionOrder; index++) {
    take(folded.subarray(Math.max(0, index * size - order), (index + 1) * size - order), index)
  }
}
