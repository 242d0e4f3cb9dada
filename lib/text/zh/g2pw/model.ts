import { CorruptModelError } from '../../../errors.js'
import type { SyllableReadings } from '../readings.js'
import type { Syllable } from '../syllables.js'
import type { G2pwTables, Polyphone } from './folder.js'
import type { OnnxOutput, OnnxRuntime, OnnxSession } from './optional-packages.js'

/** Characters that the network sees on either side of a sentence's polyphones. */
const CONTEXT = 16
/** Positions of BERT, without `[CLS]` and `[SEP]`. */
const LONGEST = 510

export interface G2pwParts {
  readonly tables: G2pwTables
  readonly runtime: OnnxRuntime
  readonly session: OnnxSession
  readonly traditional: (text: string) => string
  readonly simplified: (text: string) => string
  /** Reads characters that the folder does not know. */
  readonly readings: SyllableReadings
}

/** A polyphone and where it stands. */
interface Query {
  readonly index: number
  readonly polyphone: Polyphone
}

/** Readings of a sentence by the polyphone model g2pW. */
export class G2pwModel {
  constructor(private readonly parts: G2pwParts) {}

  /** A reading for each character: pinyin, or a syllable of the dictionaries. Nothing where the sentence does not fit. */
  async answers(sentence: string): Promise<readonly (string | Syllable)[] | undefined> {
    const { tables, traditional, simplified, readings } = this.parts
    const text = traditional(sentence)
    // A character a code unit, so that places in both texts agree.
    if (text.length !== sentence.length || /[\ud800-\udfff]/.test(text)) return undefined
    const usual = readings.read(simplified(text))
    const answers: (string | Syllable)[] = Array.from(text, (char, index) => tables.single.get(char) ?? usual[index]!)
    const queries = Array.from(text).flatMap((char, index): Query[] => {
      const polyphone = tables.polyphones.get(char)
      return polyphone ? [{ index, polyphone }] : []
    })
    for (const { start, end, asked } of windows(text.length, queries)) {
      const labels = await this.#predict(text.slice(start, end), start, asked)
      // An empty answer leaves the choice to the dictionaries.
      for (const [at, { index }] of asked.entries()) answers[index] = tables.labels[labels[at]!] ?? ''
    }
    return answers
  }

  /** The network reads the text once for all polyphones in it. */
  async #predict(text: string, start: number, queries: readonly Query[]): Promise<number[]> {
    const { tables, session } = this.parts
    const ids = BigInt64Array.from(tables.tokenizer.encodeCharacters(text.toLowerCase()), BigInt)
    const int64 = (values: readonly number[]): object =>
      this.#tensor(BigInt64Array.from(values, BigInt), [queries.length])
    const output = await session.run({
      input_ids: this.#tensor(ids, [1, ids.length]),
      token_type_ids: this.#tensor(new BigInt64Array(ids.length), [1, ids.length]),
      attention_mask: this.#tensor(new BigInt64Array(ids.length).fill(1n), [1, ids.length]),
      phoneme_mask: this.#tensor(this.#masks(queries), [queries.length, tables.labels.length]),
      char_ids: int64(queries.map(({ polyphone }) => polyphone.id)),
      // [CLS] stands first.
      position_ids: int64(queries.map(({ index }) => index - start + 1))
    })
    return likeliest(output[session.outputNames[0]!]!, queries.length, tables.labels.length)
  }

  #masks(queries: readonly Query[]): Float32Array {
    const { labels, usesMask } = this.parts.tables
    const masks = new Float32Array(queries.length * labels.length).fill(usesMask ? 0 : 1)
    for (const [row, { polyphone }] of queries.entries()) {
      for (const label of polyphone.labels) masks[row * labels.length + label] = 1
    }
    return masks
  }

  #tensor(data: BigInt64Array | Float32Array, dims: number[]): object {
    return new this.parts.runtime.Tensor(data instanceof Float32Array ? 'float32' : 'int64', data, dims)
  }
}

interface Window {
  readonly start: number
  readonly end: number
  readonly asked: readonly Query[]
}

/** What the network is shown: the polyphones with their context, in pieces where that is longer than BERT reads. */
function* windows(length: number, queries: readonly Query[]): Generator<Window> {
  for (let first = 0; first < queries.length;) {
    const start = Math.max(0, queries[first]!.index - CONTEXT)
    let last = queries.length - 1
    while (queries[last]!.index + CONTEXT + 1 - start > LONGEST && last > first) last--
    const end = Math.min(length, queries[last]!.index + CONTEXT + 1)
    yield { start, end, asked: queries.slice(first, last + 1) }
    first = last + 1
  }
}

/** The place of each row's greatest value; the first of equals. */
function likeliest({ data, dims }: OnnxOutput, rows: number, labels: number): number[] {
  if (dims.length !== 2 || dims[0] !== rows || dims[1] !== labels) {
    throw new CorruptModelError(
      `the network of g2pW gave [${dims.join(', ')}] and not [${rows}, ${labels}]; it belongs to another folder`
    )
  }
  return Array.from({ length: rows }, (_, row) => {
    let best = 0
    for (let label = 1; label < labels; label++) {
      if (data[row * labels + label]! > data[row * labels + best]!) best = label
    }
    return best
  })
}
