import { readFileSync } from 'node:fs'
import type { Tensor } from '../../binding.js'

export type Tensors = ReadonlyMap<string, Tensor>

/** Reads a reference file; int32 and int64 come as 64-bit, int16 as float. Our own files: no checks for hostile ones. */
export function readSafetensors(path: string): Tensors {
  const file = readFileSync(path)
  const headerLength = Number(file.readBigUInt64LE(0))
  const header = JSON.parse(file.toString('utf8', 8, 8 + headerLength)) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >
  const tensors = new Map<string, Tensor>()
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(header)) {
    if (name === '__metadata__') continue
    const [begin, end] = data_offsets
    const bytes = new Uint8Array(file.subarray(8 + headerLength + begin, 8 + headerLength + end)).buffer
    tensors.set(name, { shape, data: convert(bytes, dtype) })
  }
  return tensors
}

function convert(bytes: ArrayBuffer, dtype: string): Float32Array | BigInt64Array {
  if (dtype === 'F32') return new Float32Array(bytes)
  if (dtype === 'F64') return Float32Array.from(new Float64Array(bytes))
  if (dtype === 'I64') return new BigInt64Array(bytes)
  if (dtype === 'I32') return BigInt64Array.from(new Int32Array(bytes), BigInt)
  if (dtype === 'I16') return Float32Array.from(new Int16Array(bytes))
  throw new Error(`no reader for ${dtype}`)
}

export function need(tensors: Tensors, name: string): Tensor {
  const tensor = tensors.get(name)
  if (!tensor) throw new Error(`the reference has no ${name}`)
  return tensor
}

export function floats(tensor: Tensor): Float32Array {
  return tensor.data instanceof Float32Array ? tensor.data : Float32Array.from(tensor.data, Number)
}

export function ints(tensor: Tensor): number[] {
  return Array.from(tensor.data, Number)
}

export function scalar(value: number): Tensor {
  return { shape: [], data: Float64Array.of(value) }
}

export function vector(values: readonly number[]): Tensor {
  return { shape: [values.length], data: BigInt64Array.from(values, BigInt) }
}
