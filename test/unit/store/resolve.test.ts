import { describe, expect, it } from 'vitest'
import { mergeLora } from '../../../lib/store/lora.js'
import { resolve } from '../../../lib/store/resolve.js'
import type { Specification } from '../../../lib/store/specification.js'

const specification: Specification = {
  format: 1,
  blueprint: 'x.pt',
  attributes: [
    { name: 'n_layers', type: 'int', from: 'model.n_layer', minimum: 1, maximum: 4 },
    { name: 'rates', type: 'int[]', from: 'model.rates', minimum: 1, max_length: 3, default: [2] },
    { name: 'first_kind', type: 'bool', from: 'model.kind', equals: '1' }
  ],
  counts: [],
  requires: [{ from: 'model.act', equals: 'gelu' }],
  dims: [{ name: 'hidden', from: 'model.hidden' }],
  checks: [{ zero: 'hidden%2', from: 'model.hidden' }],
  rename: { prefixes: ['model.'], suffixes: [{ from: '.gamma', to: '.weight' }] },
  weight_norm: { dim: 0, pairs: [['weight_g', 'weight_v']] },
  ignore: ['extra.*'],
  tensors: [
    { name: 'embedding.weight', shape: ['rows', 'hidden'], loops: [] },
    { name: 'layers.{i}.weight', shape: ['hidden', 'rows'], loops: [{ index: 'i', start: '0', end: 'n_layers' }] }
  ]
}
const config = { model: { n_layer: 2, hidden: 4, kind: '1' } }
const float = (name: string, ...shape: number[]) => ({ name, dtype: 'float16', shape })
const good = [
  float('model.embedding.weight', 7, 4),
  float('layers.0.weight', 4, 7),
  float('layers.1.weight_v', 4, 7),
  float('layers.1.weight_g', 4, 1),
  float('extra.anything', 1)
]

describe('matching a checkpoint with a blueprint', () => {
  it('finds every tensor under its renamed and weight-normed name', () => {
    const { tensors, attributes } = resolve(specification, config, good)
    expect(tensors.map(({ name, source, magnitude }) => [name, source, magnitude])).toEqual([
      ['embedding.weight', 'model.embedding.weight', ''],
      ['layers.0.weight', 'layers.0.weight', ''],
      ['layers.1.weight', 'layers.1.weight_v', 'layers.1.weight_g']
    ])
    expect(attributes).toEqual([
      { name: 'n_layers', type: 'int', value: 2 },
      { name: 'rates', type: 'int[]', value: [2] },
      { name: 'first_kind', type: 'bool', value: true }
    ])
  })

  it('names a missing tensor', () => {
    expect(() => resolve(specification, config, good.slice(1))).toThrow('embedding.weight is missing')
  })

  it('names a tensor that is not of the network', () => {
    const more = [...good, float('stranger', 1)]
    expect(() => resolve(specification, config, more)).toThrow('stranger in the file is not of this network')
  })

  it('gives the shape of the file first, then the needed one', () => {
    const other = good.map((tensor) => (tensor.name === 'layers.0.weight' ? float('layers.0.weight', 4, 8) : tensor))
    const error = (() => {
      try {
        resolve(specification, config, other)
      } catch (caught) {
        return caught as { code: string; message: string }
      }
      return undefined
    })()
    expect(error?.message).toBe('layers.0.weight is [4, 8], this network needs [4, 7]')
    expect(error?.code).toBe('ERR_GSV_MODEL_MISMATCH')
  })

  it('gives both shapes of a tensor with more dimensions, sizes that nothing tells yet by their names', () => {
    const deep = good.map((tensor) => (tensor.name === 'layers.0.weight' ? float(tensor.name, 4, 7, 1) : tensor))
    expect(() => resolve(specification, config, deep)).toThrow(
      'layers.0.weight is [4, 7, 1], this network needs [4, 7]'
    )
    const flat = good.map((tensor, i) => (i === 0 ? float(tensor.name, 28) : tensor))
    expect(() => resolve(specification, config, flat)).toThrow(
      'model.embedding.weight is [28], this network needs [rows, 4]'
    )
  })

  it.each([
    [[7, 1], 'layers.1.weight_g is [7, 1], its direction layers.1.weight_v needs [4, 1]'],
    [[4], 'layers.1.weight_g is [4], its direction layers.1.weight_v needs [4, 1]'],
    [[1, 7], 'layers.1.weight_g is [1, 7], its direction layers.1.weight_v needs [4, 1]']
  ])('refuses norms of the shape %j', (shape, message) => {
    const other = good.map((tensor) => (tensor.name.endsWith('_g') ? float(tensor.name, ...shape) : tensor))
    expect(() => resolve(specification, config, other)).toThrow(message)
    expect(() =>
      resolve(
        specification,
        config,
        good.filter(({ name }) => !name.endsWith('_g'))
      )
    ).toThrow('layers.1.weight_g is missing')
  })

  it('wants a list where sizes are counted or picked, and a number elsewhere', () => {
    const kernels = {
      ...specification,
      dims: [...specification.dims, { name: 'kernels', from: 'model.kernels' }],
      tensors: [...specification.tensors, { name: 'taps', shape: ['kernels[0]'], loops: [] }]
    }
    const read = (model: object) =>
      resolve(kernels, { model: { ...config.model, ...model } }, [...good, float('taps', 3)])
    expect(read({ kernels: [3] }).tensors).toHaveLength(4)
    const list = 'it must be a list of positive integers'
    expect(() => read({ kernels: 3 })).toThrow(`config.model.kernels is 3; ${list}`)
    expect(() => read({ kernels: [3, '3'] })).toThrow(`config.model.kernels is [3,"3"]; ${list}`)
    expect(() => read({ kernels: [3], hidden: [4] })).toThrow(
      'config.model.hidden is [4]; it must be a positive integer'
    )
    expect(() => read({ kernels: [3], hidden: '4' })).toThrow('config.model.hidden is "4"')
  })

  it.each([
    [{ n_layer: 9, hidden: 4, kind: '1' }, 'config.model.n_layer is 9; it must be a number from 1 to 4'],
    [{ hidden: 4, kind: '1' }, 'config.model.n_layer is missing'],
    [{ n_layer: 2, hidden: 3, kind: '1' }, 'config.model.hidden is 3'],
    [{ n_layer: 2, hidden: 4, kind: '1', act: 'relu' }, 'config.model.act is "relu"; "gelu" is supported'],
    [{ n_layer: 2, hidden: 4, kind: '1', rates: [1, 2, 3, 4] }, 'config.model.rates'],
    [{ n_layer: 2, hidden: -4, kind: '1' }, 'config.model.hidden is -4']
  ])('names the field of %j', (model, message) => {
    expect(() => resolve(specification, { model }, good)).toThrow(message)
  })

  it('counts layers that no config states by a tensor of each', () => {
    const counted = { ...specification, counts: [{ name: 'n_layers', tensor: 'layers.{}.bias', maximum: 2 }] }
    const rules = { ...counted, attributes: [], tensors: specification.tensors.slice(0, 1), ignore: ['layers.*'] }
    const file = (count: number) => [
      float('embedding.weight', 7, 4),
      ...Array.from({ length: count }, (_, i) => float(`model.layers.${i}.bias`, 4))
    ]
    expect(resolve(rules, config, file(2)).attributes).toEqual([{ name: 'n_layers', type: 'int', value: 2 }])
    expect(() => resolve(rules, config, file(0))).toThrow('the file has 0 of layers.{}.bias; 1 to 2 are supported')
    expect(() => resolve(rules, config, file(3))).toThrow('the file has 3 of layers.{}.bias; 1 to 2 are supported')
  })

  it('checks sizes that only the tensors tell', () => {
    const odd = { ...specification, checks: [{ zero: 'rows%2', from: 'embedding.weight' }] }
    expect(() => resolve(odd, config, good)).toThrow('rows%2 must be 0')
  })

  it('tells which file a tensor of a LoRA is in, and what is added to it', () => {
    const merged = mergeLora(
      [float('embedding.weight', 7, 4), float('layers.0.weight', 4, 7)],
      [
        float('cfm.base_model.model.x.weight', 1),
        float('layers.1.weight', 4, 7),
        float('layers.0.lora_A.default.weight', 2, 7),
        float('layers.0.lora_B.default.weight', 4, 2)
      ],
      2
    )
    const { tensors } = resolve({ ...specification, ignore: ['cfm.*'] }, config, merged)
    expect(tensors.map(({ source, inBase, down, up }) => [source, inBase, down, up])).toEqual([
      ['embedding.weight', true, '', ''],
      ['layers.0.weight', true, 'layers.0.lora_A.default.weight', 'layers.0.lora_B.default.weight'],
      ['layers.1.weight', false, '', '']
    ])
  })
})
