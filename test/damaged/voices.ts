// The files of small voices on disk, whole or with one that was changed.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { GptSovitsConfig } from '../../lib/index.js'
import { type Saved, Tensor, writeCheckpoint } from './checkpoint-file.js'
import { type Config, type Network, networks, scopeOf, specificationOf, type Weights, weightsOf } from './networks.js'

export type Part = keyof typeof networks | 'lora'

/** A file before it is written. */
export interface Draft {
  config: Saved
  readonly weights: Weights
}

interface Layout {
  /** Under the voice's folder. */
  readonly path: string
  /** Config in a file beside it, or in it. */
  readonly configBeside?: boolean
  readonly root: (draft: Draft) => Saved
  readonly head?: string
}

const fields = ({ weights }: Draft): Record<string, Saved> => Object.fromEntries(weights)
const voice = (draft: Draft): Saved => ({ weight: fields(draft), config: draft.config, info: 'e8_s96' })
const RANK = 2

export const layouts: Readonly<Record<Part, Layout>> = {
  gpt: { path: 'gpt.ckpt', root: voice },
  s2: { path: 's2.pth', root: voice },
  pro: { path: 'pro.pth', root: voice, head: '05' },
  v3: { path: 'v3.pth', root: voice, head: '02' },
  v4: { path: 'v4.pth', root: voice },
  lora: { path: 'lora.pth', head: '04', root: (draft) => ({ ...(voice(draft) as object), lora_rank: RANK }) },
  hubert: { path: 'hubert/pytorch_model.bin', configBeside: true, root: fields },
  bert: { path: 'bert/pytorch_model.bin', configBeside: true, root: fields },
  speaker: { path: 'speaker.ckpt', root: fields },
  bigvgan: {
    path: 'bigvgan/bigvgan_generator.pt',
    configBeside: true,
    root: (draft) => ({ generator: fields(draft) })
  },
  hifigan: { path: 'vocoder.pth', root: fields }
}

export function draftOf(part: Part): Draft {
  if (part === 'lora') return { config: networks.v4.config as unknown as Saved, weights: loraWeights() }
  const network: Network = networks[part]
  const specification = specificationOf(network)
  const weights = weightsOf(network, specification, scopeOf(network, specification))
  return { config: network.config as Config as Saved, weights }
}

export function writeDraft(folder: string, part: Part, draft: Draft): void {
  const { path, configBeside, root, head } = layouts[part]
  const file = join(folder, path)
  mkdirSync(join(file, '..'), { recursive: true })
  writeCheckpoint(file, root(draft), head)
  if (configBeside) writeFileSync(join(file, '..', 'config.json'), JSON.stringify(draft.config) ?? '')
  if (part === 'bert') writeFileSync(join(file, '..', 'vocab.txt'), vocabulary.join('\n'))
}

const vocabulary = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', '你', '好', '吗', '我', '们', '，', '。']

/** What a voice of a changed part is spoken with: the other files are those of `whole`. */
export function voiceWith(part: Part, whole: string, changed: string): GptSovitsConfig {
  const at = (each: Part): string => join(each === part ? changed : whole, layouts[each].path)
  const folderOf = (each: Part): string => join(at(each), '..')
  const shared = { gpt: at('gpt'), hubert: folderOf('hubert'), threads: 1 }
  const v3 = { ...shared, sovits: at('v3'), vocoder: folderOf('bigvgan') }
  const v4 = { ...shared, sovits: at('v4'), vocoder: at('hifigan') }
  const pro = { ...shared, sovits: at('pro'), speaker: at('speaker') }
  switch (part) {
    case 'bert':
      return { ...shared, sovits: at('s2'), bert: folderOf('bert') }
    case 'pro':
    case 'speaker':
      return pro
    case 'v3':
    case 'bigvgan':
      return v3
    case 'v4':
    case 'hifigan':
      return v4
    case 'lora':
      return { ...v4, sovits: at('lora'), base: at('v4') }
    default:
      return { ...shared, sovits: at('s2') }
  }
}

function loraWeights(): Weights {
  const weights: Weights = new Map()
  for (const [name, { shape, values }] of draftOf('v4').weights) {
    if (!/attn\.to_(q|k|v|out\.0)\.weight$/.test(name)) continue
    const at = name.replace(/^cfm\./, 'cfm.base_model.model.').replace(/\.weight$/, '')
    weights.set(`${at}.lora_A.default.weight`, new Tensor([RANK, shape[1] ?? 0], values))
    weights.set(`${at}.lora_B.default.weight`, new Tensor([shape[0] ?? 0, RANK], values))
  }
  return weights
}
