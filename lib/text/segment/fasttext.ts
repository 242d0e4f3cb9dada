import { readDataFile } from '../data-files.js'
import { ModelReader } from './model-reader.js'

/** fastText's file format: github.com/facebookresearch/fastText, version 12. */
const MAGIC = 793712314
const HIERARCHICAL_SOFTMAX = 1
const END_OF_SENTENCE = '</s>'
const CENTROIDS = 256

export interface Guess {
  readonly language: string
  /** Probability, 0 to 1. */
  readonly score: number
}

interface Matrix {
  readonly rows: number
  readonly columns: number
  readonly values: Float32Array // [rows, columns]
}

interface Centroids {
  readonly columns: number
  readonly width: number
  readonly values: Float32Array
}

function readCentroids(reader: ModelReader): Centroids {
  const columns = reader.int32()
  reader.skip(4) // number of parts; it follows from the width
  const width = reader.int32()
  reader.skip(4) // width of the last part
  return { columns, width, values: reader.floatArray(columns * CENTROIDS) }
}

/** Each row is a code per part of `width` columns, and one for its length. Written out in full once. */
function readQuantized(reader: ModelReader): Matrix {
  const hasNorm = reader.flag()
  const rows = reader.int64()
  const columns = reader.int64()
  const codes = reader.byteArray(reader.int32())
  const centroids = readCentroids(reader)
  const normCodes = hasNorm ? reader.byteArray(rows) : undefined
  const norms = hasNorm ? readCentroids(reader).values : undefined
  const parts = Math.ceil(columns / centroids.width)
  if (codes.length !== rows * parts || centroids.columns !== columns) throw reader.damaged('its codes do not fit')
  const values = new Float32Array(rows * columns)
  for (let row = 0; row < rows; row++) {
    const norm = norms && normCodes ? norms[normCodes[row]!]! : 1
    for (let column = 0; column < columns; column++) {
      const part = Math.floor(column / centroids.width)
      const partWidth = Math.min(centroids.width, columns - part * centroids.width)
      const from = part * CENTROIDS * centroids.width + codes[row * parts + part]! * partWidth
      values[row * columns + column] = norm * centroids.values[from + (column % centroids.width)]!
    }
  }
  return { rows, columns, values }
}

function readDense(reader: ModelReader): Matrix {
  const rows = reader.int64()
  const columns = reader.int64()
  return { rows, columns, values: reader.floatArray(rows * columns) }
}

/** Finds non-negative numbers by key in open addressing. */
class NumberTable {
  readonly #keys: Int32Array
  readonly #values: Int32Array
  readonly #mask: number

  constructor(size: number) {
    const slots = 1 << (33 - Math.clz32(Math.max(1, size)))
    this.#mask = slots - 1
    this.#keys = new Int32Array(slots)
    this.#values = new Int32Array(slots).fill(-1)
  }

  set(key: number, value: number): void {
    const slot = this.#slot(key)
    this.#keys[slot] = key
    this.#values[slot] = value
  }

  /** -1 when absent. */
  get(key: number): number {
    return this.#values[this.#slot(key)]!
  }

  #slot(key: number): number {
    let slot = Math.imul(key, 0x9e3779b1) >>> 7
    for (slot &= this.#mask; this.#values[slot] !== -1 && this.#keys[slot] !== key;) slot = (slot + 1) & this.#mask
    return slot
  }
}

interface Node {
  /** Children's indexes; -1 in a leaf. */
  left: number
  right: number
  count: number
}

/** Huffman tree over the labels, which are stored by falling count. */
function buildTree(counts: readonly number[]): Node[] {
  const labels = counts.length
  const tree: Node[] = Array.from({ length: 2 * labels - 1 }, (_unused, index) => ({
    left: -1,
    right: -1,
    count: counts[index] ?? 1e15
  }))
  let leaf = labels - 1
  let inner = labels
  const smallest = (): number => {
    if (leaf >= 0 && tree[leaf]!.count < tree[inner]!.count) return leaf--
    return inner++
  }
  for (let index = labels; index < tree.length; index++) {
    const node = tree[index]!
    node.left = smallest()
    node.right = smallest()
    node.count = tree[node.left]!.count + tree[node.right]!.count
  }
  return tree
}

const encoder = new TextEncoder()
const f = Math.fround
/** fastText keeps logarithms finite so; single precision, as there. */
const safeLog = (x: number): number => f(Math.log(x + 1e-5))

/** A fastText classifier of languages, whole (`.bin`) or compressed (`.ftz`). */
export class LanguageModel {
  readonly #words = new Map<string, number>()
  #wordCount = 0
  readonly #languages: string[] = []
  readonly #tree: Node[]
  readonly #input: Matrix
  readonly #output: Matrix
  readonly #kept: NumberTable | undefined
  readonly #hasSubwords: boolean
  readonly #buckets: number
  readonly #shortest: number
  readonly #longest: number
  readonly #hidden: Float32Array
  /** The word that is looked at, in UTF-8. */
  #bytes = new Uint8Array(512)

  constructor(path: string) {
    const reader = new ModelReader(readDataFile(path), path)
    if (reader.int32() !== MAGIC || reader.int32() !== 12) throw reader.damaged('it is not of fastText, version 12')
    const sizes = Array.from({ length: 12 }, () => reader.int32())
    reader.skip(8)
    const [wordNgrams, loss] = [sizes[5], sizes[6]]
    if (loss !== HIERARCHICAL_SOFTMAX || wordNgrams !== 1) {
      throw reader.damaged('only hierarchical softmax over single words is read')
    }
    this.#buckets = sizes[8]!
    this.#shortest = sizes[9]!
    this.#longest = sizes[10]!
    const { counts, keptCount } = this.#readWords(reader)
    this.#hasSubwords = keptCount !== 0
    this.#kept = keptCount > 0 ? this.#readKept(reader, keptCount) : undefined
    const isQuantized = reader.flag()
    this.#input = isQuantized ? readQuantized(reader) : readDense(reader)
    this.#output = reader.flag() && isQuantized ? readQuantized(reader) : readDense(reader)
    if (this.#input.columns !== this.#output.columns) throw reader.damaged('its matrices do not fit')
    this.#tree = buildTree(counts)
    this.#hidden = new Float32Array(this.#input.columns)
  }

  /** The likeliest languages of a line of text, best first: at most `count`, none under `threshold`. */
  predict(text: string, count = 1, threshold = 0): Guess[] {
    this.#average(this.#rows(text))
    const floor = safeLog(threshold)
    const best: { leaf: number; score: number }[] = []
    const visit = (index: number, score: number): void => {
      if (score < floor || (best.length === count && score < best[count - 1]!.score)) return
      const node = this.#tree[index]!
      if (node.left < 0) {
        const place = best.findIndex((other) => other.score < score)
        best.splice(place < 0 ? best.length : place, 0, { leaf: index, score })
        if (best.length > count) best.pop()
        return
      }
      const right = this.#rightProbability(index - this.#languages.length)
      visit(node.left, f(score + safeLog(f(1 - right))))
      visit(node.right, f(score + safeLog(right)))
    }
    visit(this.#tree.length - 1, 0)
    return best.map(({ leaf, score }) => ({ language: this.#languages[leaf]!, score: Math.min(1, Math.exp(score)) }))
  }

  #readWords(reader: ModelReader): { counts: number[]; keptCount: number } {
    const size = reader.int32()
    reader.skip(16) // numbers of words, labels and tokens
    const keptCount = reader.int64()
    const counts: number[] = []
    for (let index = 0; index < size; index++) {
      const word = reader.zeroTerminated()
      const count = reader.int64()
      const isLabel = reader.flag()
      if (isLabel) {
        this.#languages.push(word.replace('__label__', ''))
        counts.push(count)
      } else {
        this.#wordCount++
        // One that is no UTF-8 cannot occur in a text.
        const decoded = Buffer.from(word, 'latin1').toString('utf8')
        if (Buffer.from(decoded, 'utf8').toString('latin1') === word) this.#words.set(decoded, index)
      }
    }
    return { counts, keptCount }
  }

  #readKept(reader: ModelReader, count: number): NumberTable {
    const pairs = reader.int32Array(count * 2)
    const kept = new NumberTable(count)
    for (let index = 0; index < pairs.length; index += 2) kept.set(pairs[index]!, pairs[index + 1]!)
    return kept
  }

  /** Rows of the input matrix for the words and parts of words of a line. */
  #rows(text: string): number[] {
    const rows: number[] = []
    for (const word of text.split(/[ \n\r\t\v\f\0]+/)) {
      if (word === '') continue
      const known = this.#words.get(word)
      if (known !== undefined) rows.push(known)
      if (word !== END_OF_SENTENCE && this.#hasSubwords) this.#addSubwords(this.#encode(word), rows)
    }
    const end = this.#words.get(END_OF_SENTENCE)
    if (end !== undefined) rows.push(end)
    return rows
  }

  /** `<word>` as UTF-8 in the scratch bytes; how many they are. */
  #encode(word: string): number {
    if (this.#bytes.length < 3 * word.length + 2) this.#bytes = new Uint8Array(6 * word.length)
    this.#bytes[0] = 0x3c
    const { written } = encoder.encodeInto(word, this.#bytes.subarray(1))
    this.#bytes[written + 1] = 0x3e
    return written + 2
  }

  /** Stretches of `shortest` to `longest` characters, over UTF-8 bytes, by their FNV-1a hash. */
  #addSubwords(size: number, rows: number[]): void {
    const bytes = this.#bytes
    const isInside = (index: number): boolean => (bytes[index]! & 0xc0) === 0x80
    for (let start = 0; start < size; start++) {
      if (isInside(start)) continue
      let hash = 0x811c9dc5
      for (let end = start, length = 1; end < size && length <= this.#longest; length++) {
        do {
          // Bytes above 127 are negative in fastText's signed characters.
          hash = Math.imul(hash ^ ((bytes[end]! << 24) >> 24), 0x01000193)
          end++
        } while (end < size && isInside(end))
        if (length < this.#shortest || (length === 1 && (start === 0 || end === size))) continue
        this.#addHashed((hash >>> 0) % this.#buckets, rows)
      }
    }
  }

  #addHashed(bucket: number, rows: number[]): void {
    const row = this.#kept ? this.#kept.get(bucket) : bucket
    if (row >= 0) rows.push(this.#wordCount + row)
  }

  #average(rows: readonly number[]): void {
    const { columns, values } = this.#input
    this.#hidden.fill(0)
    for (const row of rows) {
      for (let column = 0; column < columns; column++) this.#hidden[column]! += values[row * columns + column]!
    }
    const share = f(1 / rows.length)
    if (rows.length > 0) for (let column = 0; column < columns; column++) this.#hidden[column]! *= share
  }

  #rightProbability(row: number): number {
    const { columns, values } = this.#output
    let sum = 0
    for (let column = 0; column < columns; column++) {
      sum = f(sum + f(values[row * columns + column]! * this.#hidden[column]!))
    }
    return f(1 / f(1 + f(Math.exp(-sum))))
  }
}
