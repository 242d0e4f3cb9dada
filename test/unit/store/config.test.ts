// Configs that upstream's classes accept must find their tensors; those they could not run must be refused by field. The
// tensors of a config are made from the specification itself, so these tests are about configs, not about names.
import { describe, expect, it } from 'vitest'
import { evaluate } from '../../../lib/store/expression.js'
import type { TensorInfo } from '../../../lib/store/inspect.js'
import { recordingFormat } from '../../../lib/store/recording-format.js'
import { resolve } from '../../../lib/store/resolve.js'
import { type NetworkName, readSpecification, type TensorRule } from '../../../lib/store/specification.js'

type Values = Record<string, unknown>
type Scope = Map<string, number | readonly number[]>

const s2 = {
  ...{ inter_channels: 192, hidden_channels: 192, filter_channels: 768, n_heads: 2, n_layers: 6, kernel_size: 3 },
  ...{ p_dropout: 0.1, resblock: '1', resblock_kernel_sizes: [3, 7, 11], gin_channels: 512 },
  resblock_dilation_sizes: [
    [1, 3, 5],
    [1, 3, 5],
    [1, 3, 5]
  ],
  ...{ upsample_rates: [10, 8, 2, 2, 2], upsample_initial_channel: 512, upsample_kernel_sizes: [16, 16, 8, 2, 2] },
  ...{ semantic_frame_rate: '25hz', freeze_quantizer: true }
}
const s1 = {
  vocab_size: 1025,
  phoneme_vocab_size: 732,
  embedding_dim: 512,
  hidden_dim: 512,
  head: 16,
  n_layer: 24,
  EOS: 1024
}
// Sizes that no config states.
const sizes: Record<string, Record<string, number | number[]>> = {
  s1: { bert: 1024, ffn: 2048, feed_forward: 2048 },
  s2: {
    ...{ bins: 704, codes: 1024, distances: 9, flow_kernel: 5, frames_per_token: 2, mrte: 512, phones: 732 },
    ...{ ssl: 768, style: 128, style_kernel: 5, channels: [512, 256, 128, 64, 32, 16, 8, 4, 2] }
  }
}

/** The tensors that a checkpoint of this config holds. */
async function tensorsOf(
  network: NetworkName,
  config: Values,
  more: Record<string, number> = {}
): Promise<TensorInfo[]> {
  const specification = await readSpecification(network)
  const scope: Scope = new Map(Object.entries({ ...sizes[network], ...more }))
  const at = (path: string): unknown =>
    path.split('.').reduce<unknown>((node, key) => (node as Values | undefined)?.[key], config)
  for (const { name, from, ...row } of [...specification.dims, ...specification.attributes]) {
    const value = at(from) ?? row.default
    const equals = 'equals' in row && row.equals !== undefined
    if (value !== undefined) scope.set(name, (equals ? Number(value === row.equals) : value) as number)
  }
  const found: TensorInfo[] = []
  const visit = (rule: TensorRule, depth: number): void => {
    const loop = rule.loops[depth]
    if (!loop) {
      const name = rule.name.replaceAll(/\{([^}]*)\}/g, (_, expression: string) => String(evaluate(expression, scope)))
      found.push({ name, dtype: 'float16', shape: rule.shape.map((expression) => evaluate(expression, scope)) })
      return
    }
    for (let i = evaluate(loop.start, scope); i < evaluate(loop.end, scope); i++) {
      scope.set(loop.index, i)
      visit(rule, depth + 1)
    }
  }
  for (const rule of specification.tensors) visit(rule, 0)
  return found
}

async function resolved(network: 's1' | 's2', model: Values, more: Record<string, number> = {}, data: Values = {}) {
  const config = { model, data }
  return resolve(await readSpecification(network), config, await tensorsOf(network, config, more))
}

describe('a SoVITS config', () => {
  it.each<[string, Values, Record<string, number>?]>([
    ['as published', {}],
    [
      'of other block kinds',
      {
        resblock: '2',
        resblock_dilation_sizes: [
          [1, 3],
          [1, 3],
          [1, 3]
        ]
      }
    ],
    ['whose block kind is no string, which upstream takes for the second', { resblock: 1 }],
    ['of other rates', { upsample_rates: [8, 8, 5, 2], upsample_kernel_sizes: [16, 16, 11, 4] }],
    ['of one layer', { n_layers: 1 }],
    ['of an odd number of layers and heads', { n_layers: 5, n_heads: 3 }],
    ['of an even kernel', { kernel_size: 4 }],
    ['of 50 tokens a second', { semantic_frame_rate: '50hz' }, { frames_per_token: 1 }],
    ['with fields of its own', { use_sdp: false, n_layers_q: 3, use_spectral_norm: false, anything: { a: null } }],
    ['without the fields that only training reads', { p_dropout: undefined, freeze_quantizer: undefined }]
  ])('%s is read', async (_, change, more = {}) => {
    const { tensors } = await resolved('s2', { ...s2, ...change }, more)
    expect(tensors.length).toBeGreaterThan(300)
  })

  it.each<[Values, string]>([
    [{ n_layers: 1000 }, 'config.model.n_layers is 1000'],
    [{ n_layers: 'six' }, 'config.model.n_layers is "six"'],
    [{ n_heads: 5 }, 'config.model.n_heads is 5'],
    [{ inter_channels: 191 }, 'config.model.inter_channels is 191'],
    [{ gin_channels: 0 }, 'config.model.gin_channels is 0'],
    [{ gin_channels: 510 }, 'config.model.gin_channels is 510'],
    [{ resblock: undefined }, 'config.model.resblock is missing'],
    [{ resblock_kernel_sizes: [3, 4, 11] }, 'config.model.resblock_kernel_sizes is [3,4,11]'],
    [{ resblock_kernel_sizes: [3, 7] }, 'config.model.resblock_kernel_sizes is [3,7]'],
    [
      {
        resblock_dilation_sizes: [
          [1, 3],
          [1, 3],
          [1, 3]
        ]
      },
      'config.model.resblock_dilation_sizes'
    ],
    [{ upsample_rates: [10, 8, 2, 2] }, 'config.model.upsample_kernel_sizes'],
    [{ upsample_kernel_sizes: [9, 16, 8, 2, 2] }, 'config.model.upsample_kernel_sizes is [9,16,8,2,2]']
  ])('%j is refused by field', async (change, message) => {
    const tensors = await tensorsOf('s2', { model: s2 })
    const specification = await readSpecification('s2')
    expect(() => resolve(specification, { model: { ...s2, ...change } }, tensors)).toThrow(message)
  })

  it('whose spectrogram is too small for its style encoder is refused by field', async () => {
    await expect(resolved('s2', s2, {}, { filter_length: 1024 })).rejects.toThrow('config.data.filter_length is 1024')
  })

  it('says how recordings are read, or is refused by field', () => {
    const published = { sampling_rate: 32000, filter_length: 2048, hop_length: 640, win_length: 2048 }
    const read = (change: Values) => recordingFormat({ data: { ...published, ...change } }, 'voice.pth')
    expect(read({})).toEqual({ sampleRate: 32000, fftSize: 2048, hop: 640 })
    expect(read({ sampling_rate: 24000, hop_length: 480 })).toEqual({ sampleRate: 24000, fftSize: 2048, hop: 480 })
    expect(recordingFormat(undefined, 'voice.pth')).toEqual({ sampleRate: 32000, fftSize: 2048, hop: 640 })
    expect(() => read({ filter_length: 2000 })).toThrow('voice.pth: config.data.filter_length is 2000')
    expect(() => read({ win_length: 1024 })).toThrow('config.data.win_length is 1024')
    expect(() => read({ hop_length: 4096 })).toThrow('config.data.hop_length is 4096')
    expect(() => read({ sampling_rate: '32k' })).toThrow('config.data.sampling_rate is "32k"')
    expect(() => read({ sampling_rate: 400 })).toThrow('config.data.sampling_rate is 400')
  })
})

describe('a GPT config', () => {
  it.each<[string, Values]>([
    ['as published for v1', { phoneme_vocab_size: 512 }],
    ['as published for v2', {}],
    ['of fewer layers and heads', { n_layer: 12, head: 8, hidden_dim: 256, embedding_dim: 256 }],
    ['without what is not needed', { EOS: undefined, embedding_dim: undefined }],
    ['with fields of its own', { linear_units: 7, random_bert: 0, dropout: 0.3 }]
  ])('%s is read', async (_, change) => {
    expect((await resolved('s1', { ...s1, ...change })).tensors.length).toBeGreaterThan(100)
  })

  it.each<[Values, string]>([
    [{ n_layer: 100 }, 'config.model.n_layer is 100'],
    [{ head: 7 }, 'config.model.head is 7'],
    [{ head: undefined }, 'config.model.head is missing'],
    [{ EOS: 1000 }, 'config.model.EOS is 1000'],
    [{ embedding_dim: 256 }, 'config.model.embedding_dim is 256'],
    [{ hidden_dim: 511, embedding_dim: 511, head: 1 }, 'config.model.hidden_dim is 511']
  ])('%j is refused by field', async (change, message) => {
    const tensors = await tensorsOf('s1', { model: s1 })
    const specification = await readSpecification('s1')
    expect(() => resolve(specification, { model: { ...s1, ...change } }, tensors)).toThrow(message)
  })
})
