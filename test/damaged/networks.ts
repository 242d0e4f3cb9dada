// Small networks of random weights in the formats that users bring, made from the blueprints' own specifications: whatever
// sizes are asked for, names and shapes agree with one another.
import { readFileSync } from 'node:fs'
import { evaluate } from '../../lib/store/expression.js'
import { blueprintPath, type NetworkName, type Specification, type TensorRule } from '../../lib/store/specification.js'
import { Tensor } from './checkpoint-file.js'

export type Config = { readonly [key: string]: unknown }
export type Sizes = Readonly<Record<string, number | readonly number[]>>
export type Weights = Map<string, Tensor>

export interface Network {
  readonly blueprint: NetworkName
  readonly config: Config
  /** Sizes that no config states. */
  readonly sizes: Sizes
  /** In front of every name. */
  readonly prefix?: string
  /** Tensors that the file has beside the blueprint's, by name and shape. */
  readonly besides?: Readonly<Record<string, readonly number[]>>
}

const gpt: Network = {
  blueprint: 's1',
  prefix: 'model.',
  config: {
    data: { max_sec: 54 },
    model: {
      vocab_size: 1025,
      phoneme_vocab_size: 732,
      embedding_dim: 16,
      hidden_dim: 16,
      head: 2,
      linear_units: 24,
      n_layer: 2,
      EOS: 1024
    },
    inference: { top_k: 15 }
  },
  sizes: { bert: 16, feed_forward: 24 }
}

const encoder = { inter_channels: 8, hidden_channels: 8, filter_channels: 12, n_heads: 2, n_layers: 2, kernel_size: 3 }
const decoder = {
  resblock: '1',
  resblock_kernel_sizes: [3, 5],
  resblock_dilation_sizes: [
    [1, 3, 5],
    [1, 3, 5]
  ],
  upsample_rates: [10, 8, 4, 2],
  upsample_initial_channel: 32,
  upsample_kernel_sizes: [16, 16, 8, 4]
}
const data = { sampling_rate: 32000, filter_length: 2048, hop_length: 640, win_length: 2048 }
const sovits = (version: string, model: Config): Config => ({ data, model: { ...model, version }, version })
// Of each stage of a generator; more than there are stages.
const channels = [32, 16, 8, 4, 2, 2, 2]
const secondStage = {
  bins: 704,
  codes: 1024,
  distances: 9,
  flow_kernel: 5,
  frames_per_token: 2,
  mrte: 16,
  phones: 732,
  ssl: 16,
  style: 8,
  style_kernel: 5
}
const codebook = {
  'quantizer.vq.layers.0._codebook.embed_avg': [1024, 16],
  'quantizer.vq.layers.0._codebook.cluster_size': [1024],
  'quantizer.vq.layers.0._codebook.inited': [1]
}
const s2: Network = {
  blueprint: 's2',
  config: sovits('v2', { ...encoder, ...decoder, gin_channels: 16 }),
  sizes: { ...secondStage, channels },
  besides: codebook
}
const speakerWidth = 40
const pro: Network = {
  blueprint: 's2_pro',
  config: sovits('v2Pro', { ...encoder, ...decoder, gin_channels: 16 }),
  sizes: { ...s2.sizes, speaker: speakerWidth, text_style: 8 },
  besides: codebook
}
const flow = (version: string): Network => ({
  blueprint: 's2_v3',
  config: sovits(version, { ...encoder, gin_channels: 16 }),
  sizes: {
    ...secondStage,
    ...{ depth: 2, dim: 32, inner: 64, ff: 48, mels: 8, pairs: 32, waves: 16 },
    ...{ condition: 24, condition_kernel: 5, text_depth: 1, text_kernel: 7, wide: 32 },
    ...{ position_inputs: 8, position_kernel: 5 }
  },
  besides: codebook
})

export const networks = {
  gpt,
  s2,
  pro,
  v3: flow('v3'),
  v4: flow('v4'),
  hubert: {
    blueprint: 'hubert',
    config: {
      hidden_size: 16,
      intermediate_size: 24,
      num_hidden_layers: 2,
      num_attention_heads: 2,
      conv_dim: [8, 8, 8, 8, 8, 8, 8],
      conv_kernel: [10, 3, 3, 3, 3, 2, 2],
      conv_stride: [5, 2, 2, 2, 2, 2, 2],
      num_conv_pos_embeddings: 8,
      num_conv_pos_embedding_groups: 4,
      layer_norm_eps: 1e-5,
      feat_extract_norm: 'group',
      feat_extract_activation: 'gelu',
      conv_bias: false,
      hidden_act: 'gelu',
      do_stable_layer_norm: false
    },
    sizes: {}
  },
  bert: {
    blueprint: 'bert',
    config: {
      hidden_size: 16,
      intermediate_size: 24,
      num_hidden_layers: 3,
      num_attention_heads: 2,
      vocab_size: 12,
      max_position_embeddings: 64,
      type_vocab_size: 2,
      layer_norm_eps: 1e-12,
      hidden_act: 'gelu'
    },
    sizes: {},
    prefix: 'bert.'
  },
  speaker: {
    blueprint: 'eres2net',
    config: {},
    sizes: {
      stem: 4,
      ...{ width1: 2, width2: 2, width3: 2, width4: 2, width3_mix: 2, width4_mix: 2 },
      ...{ outputs1: 4, outputs2: 4, outputs3: 4, outputs4: 4, outputs4_mix: 2 }
    },
    besides: { 'seg_1.weight': [4, 80], 'seg_1.bias': [4] }
  },
  bigvgan: {
    blueprint: 'bigvgan',
    config: {
      resblock: '1',
      activation: 'snakebeta',
      snake_logscale: true,
      use_tanh_at_final: false,
      use_bias_at_final: false,
      upsample_rates: [8, 8, 4],
      upsample_kernel_sizes: [16, 16, 8],
      upsample_initial_channel: 32,
      resblock_kernel_sizes: [3, 5],
      resblock_dilation_sizes: [
        [1, 3, 5],
        [1, 3, 5]
      ]
    },
    sizes: { channels, mels: 8, taps: 12 }
  },
  hifigan: {
    blueprint: 'hifigan',
    config: {},
    sizes: { channels, mels: 8 }
  }
} as const satisfies Readonly<Record<string, Network>>

export type Scope = Map<string, number | readonly number[] | readonly (readonly number[])[]>

export function specificationOf({ blueprint }: Network): Specification {
  return JSON.parse(readFileSync(blueprintPath(`${blueprint}.json`), 'utf8')) as Specification
}

export function lookUp(config: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((node, key) => (node as Config | undefined)?.[key], config)
}

/** The names that a network's shapes are written in, with their values. */
export function scopeOf({ config, sizes }: Network, specification: Specification): Scope {
  const scope = new Map(Object.entries(sizes)) as Scope
  for (const row of [...specification.attributes, ...specification.dims]) {
    const value = lookUp(config, row.from) ?? row.default
    const isFlag = 'equals' in row && row.equals !== undefined
    scope.set(row.name, (isFlag ? Number(value === row.equals) : value) as number)
  }
  return scope
}

/** The tensors of a network of the sizes in `scope`, of random numbers. */
export function weightsOf(network: Network, specification: Specification, scope: Scope): Weights {
  const weights: Weights = new Map()
  const put = (name: string, shape: readonly number[]): void => {
    weights.set((network.prefix ?? '') + name, new Tensor(shape, valuesOf(name, shape)))
  }
  for (const rule of specification.tensors) {
    eachOf(rule, scope, (name, shape) => {
      if (!specification.weight_norm || !isNormed(name)) return put(name, shape)
      const { dim } = specification.weight_norm
      put(
        `${name}_g`,
        shape.map((size, at) => (at === dim ? size : 1))
      )
      put(`${name}_v`, shape)
    })
  }
  for (const [name, shape] of Object.entries(network.besides ?? {})) put(name, shape)
  return weights
}

const isNormed = (name: string): boolean =>
  name.endsWith('.weight') &&
  /^dec\.(ups|resblocks)\.|^flow\..*(in_layers|res_skip_layers|cond_layer)|^wns1\.enc\.|pos_conv_embed/.test(name)

function eachOf(rule: TensorRule, scope: Scope, visit: (name: string, shape: number[]) => void, depth = 0): void {
  const loop = rule.loops[depth]
  if (!loop) {
    const name = rule.name.replaceAll(/\{([^}]*)\}/g, (_, index: string) => String(evaluate(index, scope)))
    visit(
      name,
      rule.shape.map((size) => evaluate(size, scope))
    )
    return
  }
  const end = evaluate(loop.end, scope)
  for (let index = evaluate(loop.start, scope); index < end; index++) {
    scope.set(loop.index, index)
    eachOf(rule, scope, visit, depth + 1)
  }
  scope.delete(loop.index)
}

// Numbers of unit variance that every tensor reads from the start, so that the same network is always the same.
const noise = normalNumbers(4096)

function valuesOf(name: string, shape: readonly number[]): ArrayLike<number> {
  const last = name.split('.').at(-1) ?? ''
  const around = (centre: number, spread: number): number[] => noise.map((value) => centre + spread * value)
  if (last === 'inv_freq') return noise.map((_, i) => 10000 ** -(i / (shape[0] ?? 1)))
  if (last === 'filter') return noise.map(() => 1 / (shape.at(-1) ?? 1))
  if (last === 'running_var') return noise.map((value) => 1 + 0.1 * Math.abs(value))
  if (/(norm|bn|shortcut|local_att).*\.weight$|gamma$|weight_g$/i.test(name)) return around(1, 0.1)
  if (shape.length < 2) return around(0, 0.05)
  const inputs = shape.slice(1).reduce((all, size) => all * size, 1)
  return around(0, name.includes('embed') ? 1 : 1 / Math.sqrt(Math.max(1, inputs)))
}

function normalNumbers(count: number): number[] {
  const random = randomNumbers(7)
  return Array.from({ length: count }, () => {
    return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  })
}

/** Mulberry32: the same numbers in 0 to 1 for the same seed. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
