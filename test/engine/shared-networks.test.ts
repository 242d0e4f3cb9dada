import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { Tensor, type DType } from '../damaged/checkpoint-file.js'
import { type Network, networks, randomNumbers, scopeOf, specificationOf, weightsOf } from '../damaged/networks.js'
import { draftOf, layouts, writeDraft } from '../damaged/voices.js'
import { floats, scalar } from '../parity/safetensors.js'
import { ProbedVoice } from '../parity/voices.js'
import { scratch } from './voice.js'

// Wide enough that the matrices stay in the module's file until they are packed.
const HIDDEN = 256
const sizes = { hidden_size: HIDDEN, intermediate_size: 4 * HIDDEN }
const large: Partial<Record<keyof typeof networks, Network>> = {
  bert: { ...networks.bert, config: { ...networks.bert.config, ...sizes } },
  gpt: { ...networks.gpt, sizes: { ...networks.gpt.sizes, bert: HIDDEN } }
}

const folder = scratch()
const ids = BigInt64Array.from([2n, 5n, 6n, 7n, 8n, 9n, 3n])
const wave = Float32Array.from({ length: 16000 }, (_, i) => 0.3 * Math.sin(i / 9) * Math.sin(i / 700))

/** @param fine adds what half precision cannot hold */
function write(name: string, part: 'gpt' | 's2' | 'hubert' | 'bert', dtype: DType = 'f16', fine = 0): void {
  const network: Network = large[part] ?? networks[part]
  const specification = specificationOf(network)
  const random = randomNumbers(3)
  const weights = weightsOf(network, specification, scopeOf(network, specification))
  for (const [key, { shape, values }] of weights) {
    const inHalf = (value: number): number => Math.round(Math.min(1.9, Math.max(-1.9, value)) * 1024) / 1024
    const count = shape.reduce((all, size) => all * size, 1)
    const spread = shape.length > 1 ? 2 * Math.max(...Array.from(values).slice(0, 64)) : 0
    const drawn = Array.from({ length: count }, (_, i) => {
      const value = spread > 0 ? spread * (random() - 0.5) : (values[i % values.length] ?? 0)
      return inHalf(value) * (1 + fine)
    })
    weights.set(key, new Tensor(shape, drawn, dtype))
  }
  writeDraft(join(folder, name), part, { ...draftOf(part), config: network.config as never, weights })
}

async function heard(name: string, precision = 'fp16'): Promise<{ bert: Float32Array; hubert: Float32Array }> {
  const at = (part: keyof typeof layouts, from = name): string => join(folder, from, layouts[part].path)
  const files = { gpt: at('gpt', 'base'), sovits: at('s2', 'base') }
  const sources = { ...files, bert: join(at('bert'), '..'), hubert: join(at('hubert'), '..') }
  const voice = await ProbedVoice.open(sources, join(folder, `${name}-${precision}`), precision)
  const { char_feature: bert } = await voice.probe('bert', { input_ids: { shape: [1, ids.length], data: ids } })
  const { feature: hubert } = await voice.probe('hubert', { wav16k: { shape: [wave.length], data: wave } })
  voice.release()
  return { bert: floats(bert ?? scalar(0)), hubert: floats(hubert ?? scalar(0)) }
}

/** Of the error, as a share of the wanted values' root mean square. */
function errorOf(got: Float32Array, wanted: Float32Array): number {
  expect(got.length).toBe(wanted.length)
  const squares = (list: Float32Array): number => list.reduce((sum, value) => sum + value * value, 0)
  return Math.sqrt(squares(wanted.map((value, i) => value - (got[i] ?? 0))) / squares(wanted))
}

beforeAll(() => {
  for (const part of ['gpt', 's2'] as const) write('base', part)
  for (const part of ['bert', 'hubert'] as const) {
    write('half', part)
    write('float', part, 'f32')
    write('fine', part, 'f32', 1e-4)
  }
})

it('HuBERT and BERT hear the same from a file in half and from one in float of the same values', async () => {
  const half = await heard('half')
  expect(half.bert.length).toBe((ids.length - 2) * HIDDEN)
  expect(half.bert.some((value) => value !== half.bert[0])).toBe(true)
  expect(await heard('float')).toEqual(half)
})

it('HuBERT and BERT keep what half precision cannot hold', async () => {
  const [half, fine, single] = [await heard('half'), await heard('fine'), await heard('fine', 'fp32')]
  expect(fine).toEqual(single)
  for (const network of ['bert', 'hubert'] as const) {
    const error = errorOf(fine[network], half[network])
    expect(error).toBeGreaterThan(1e-6)
    expect(error).toBeLessThan(0.01)
  }
})

it("BERT is held in 8 bits with 'int8', off by less than 3 %; HuBERT is not", async () => {
  const [half, int8] = [await heard('half'), await heard('half', 'int8')]
  expect(int8.hubert).toEqual(half.hubert)
  const error = errorOf(int8.bert, half.bert)
  expect(error).toBeGreaterThan(1e-6)
  expect(error).toBeLessThan(0.03)
})
