// Writes checkpoints as PyTorch does: a stored zip of a pickle and its storages. What it writes is what a test says, right
// or wrong.
import { writeFileSync } from 'node:fs'
import { crc32 } from 'node:zlib'

/** Storage classes of torch, with the bytes of an element. */
const storages = {
  f16: ['HalfStorage', 2],
  f32: ['FloatStorage', 4],
  f64: ['DoubleStorage', 8],
  i64: ['LongStorage', 8],
  bool: ['BoolStorage', 1]
} as const
export type DType = keyof typeof storages

export class Tensor {
  /** @param values are repeated until the tensor is full */
  constructor(
    readonly shape: readonly number[],
    readonly values: ArrayLike<number>,
    readonly dtype: DType = 'f32'
  ) {}
}

export type Saved = null | boolean | number | string | Tensor | readonly Saved[] | { readonly [key: string]: Saved }

/** @param head stands in the place of the zip's first two bytes, as in files of v2Pro and later */
export function writeCheckpoint(path: string, root: Saved, head = 'PK'): void {
  const pickle = new Pickle()
  pickle.put(root)
  const storageFiles = pickle.tensors.map((tensor, i) => [`archive/data/${i}`, bytesOf(tensor)] as const)
  const file = zip([['archive/data.pkl', pickle.end()], ['archive/version', Buffer.from('3\n')], ...storageFiles])
  file.write(head, 0, 'latin1')
  writeFileSync(path, file)
}

/** Protocol 2, whose tensors lie in storages of their own. */
class Pickle {
  readonly tensors: Tensor[] = []
  readonly #parts: Buffer[] = [Buffer.from([0x80, 2])]

  end(): Buffer {
    this.#op('.')
    return Buffer.concat(this.#parts)
  }

  put(value: Saved): void {
    if (value === null) this.#op('N')
    else if (typeof value === 'boolean') this.#parts.push(Buffer.from([value ? 0x88 : 0x89]))
    else if (typeof value === 'number') this.#number(value)
    else if (typeof value === 'string') this.#text(value)
    else if (value instanceof Tensor) this.#tensor(value)
    else if (Array.isArray(value)) {
      this.#op(']')
      this.#marked(value as readonly Saved[], 'e')
    } else {
      this.#op('}')
      this.#marked(Object.entries(value).flat() as Saved[], 'u')
    }
  }

  #op(code: string): void {
    this.#parts.push(Buffer.from(code, 'latin1'))
  }

  #marked(items: readonly Saved[], end: string): void {
    this.#op('(')
    for (const item of items) this.put(item)
    this.#op(end)
  }

  #number(value: number): void {
    const isShort = Number.isInteger(value) && !Object.is(value, -0) && Math.abs(value) < 2 ** 31
    const isLong = !isShort && Number.isSafeInteger(value)
    const out = Buffer.alloc(isShort ? 5 : isLong ? 10 : 9)
    out.write(isShort ? 'J' : isLong ? '\x8a\x08' : 'G', 0, 'latin1')
    if (isShort) out.writeInt32LE(value, 1)
    else if (isLong) out.writeBigInt64LE(BigInt(value), 2)
    else out.writeDoubleBE(value, 1)
    this.#parts.push(out)
  }

  #text(text: string): void {
    const encoded = Buffer.from(text)
    const head = Buffer.from('X\0\0\0\0', 'latin1')
    head.writeUInt32LE(encoded.length, 1)
    this.#parts.push(head, encoded)
  }

  #tensor(tensor: Tensor): void {
    const strides = tensor.shape.map((_, dim) => product(tensor.shape.slice(dim + 1)))
    this.#op('ctorch._utils\n_rebuild_tensor_v2\n((')
    this.put('storage')
    this.#op(`ctorch\n${storages[tensor.dtype][0]}\n`)
    for (const item of [String(this.tensors.length), 'cpu', product(tensor.shape)]) this.put(item)
    this.#op('tQ')
    this.put(0)
    for (const sizes of [tensor.shape, strides]) this.#marked(sizes, 't')
    this.put(false)
    this.#op('ccollections\nOrderedDict\n)RtR')
    this.tensors.push(tensor)
  }
}

const product = (sizes: readonly number[]): number => sizes.reduce((all, size) => all * size, 1)

function bytesOf({ shape, values, dtype }: Tensor): Buffer {
  const size = storages[dtype][1]
  const period = Math.min(values.length, product(shape))
  const out = Buffer.alloc(period * size)
  for (let i = 0; i < period; i++) write[dtype](out, values[i] ?? 0, i * size)
  const all = Buffer.alloc(product(shape) * size)
  return period > 0 && all.length > 0 ? all.fill(out) : all
}

const write: Readonly<Record<DType, (out: Buffer, value: number, at: number) => void>> = {
  f16: (out, value, at) => out.writeUInt16LE(halfBits(value), at),
  f32: (out, value, at) => out.writeFloatLE(value, at),
  f64: (out, value, at) => out.writeDoubleLE(value, at),
  i64: (out, value, at) => out.writeBigInt64LE(BigInt(Math.trunc(value) || 0), at),
  bool: (out, value, at) => out.writeUInt8(value === 0 ? 0 : 1, at)
}

const single = new Float32Array(1)
const singleBits = new Uint32Array(single.buffer)

// Rounds towards zero; what is too small becomes 0, what is too large infinity.
function halfBits(value: number): number {
  single[0] = value
  const bits = singleBits[0] as number
  const [sign, exponent, mantissa] = [(bits >>> 16) & 0x8000, ((bits >>> 23) & 0xff) - 112, (bits >>> 13) & 0x3ff]
  if (exponent === 143) return sign | 0x7c00 | (mantissa === 0 ? 0 : 0x200)
  if (exponent >= 31) return sign | 0x7c00
  return exponent <= 0 ? sign : sign | (exponent << 10) | mantissa
}

function zip(files: readonly (readonly [name: string, content: Buffer])[]): Buffer {
  const [parts, directory]: [Buffer[], Buffer[]] = [[], []]
  let offset = 0
  for (const [name, content] of files) {
    const shared = Buffer.alloc(26) // of the local header and the directory's
    shared.writeUInt16LE(20, 0)
    shared.writeUInt32LE(crc32(content), 10)
    shared.writeUInt32LE(content.length, 14)
    shared.writeUInt32LE(content.length, 18)
    shared.writeUInt16LE(name.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), shared, Buffer.from(name)])
    const where = Buffer.alloc(14)
    where.writeUInt32LE(offset, 10)
    directory.push(Buffer.from('PK\x01\x02\x14\0', 'latin1'), shared, where, Buffer.from(name))
    parts.push(local, content)
    offset += local.length + content.length
  }
  const listing = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 0, 'latin1')
  end.writeUInt16LE(files.length, 8)
  end.writeUInt16LE(files.length, 10)
  end.writeUInt32LE(listing.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, listing, end])
}
