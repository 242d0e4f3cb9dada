import { stat } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { MissingModelError } from '../errors.js'
import { PUBLISHED, type PublishedName } from './catalogue.js'
import type { NetworkName } from './specification.js'

/** A network that voices share, apart from their own two files. */
export interface Part {
  /** Blueprint. */
  readonly network: NetworkName
  /** What `inspect` calls its file. */
  readonly kind: string
  /** Config field that names it. */
  readonly option: 'hubert' | 'bert' | 'speaker' | 'vocoder' | 'superSampler'
  readonly what: string
  /** Names under which the public projects keep its weights in a folder. */
  readonly files: readonly string[]
  /** Its sizes are in a `config.json` beside the weights. */
  readonly hasConfig: boolean
  /** What `gpt-sovits pull` calls it, where it knows it. */
  readonly published?: PublishedName
  /** Where it comes from, as the end of a sentence. */
  readonly where: string
}

const transformers = ['pytorch_model.bin', 'model.safetensors']

export const parts = {
  hubert: {
    network: 'hubert',
    kind: 'hubert',
    option: 'hubert',
    what: 'the HuBERT model, which every voice needs',
    files: transformers,
    hasConfig: true,
    ...published('hubert')
  },
  bert: {
    network: 'bert',
    kind: 'bert',
    option: 'bert',
    what: 'the BERT model, which Chinese needs',
    files: transformers,
    hasConfig: true,
    ...published('bert')
  },
  eres2net: {
    network: 'eres2net',
    kind: 'speaker',
    option: 'speaker',
    what: 'the speaker model (ERes2NetV2)',
    files: ['pretrained_eres2netv2w24s4ep4.ckpt'],
    hasConfig: false,
    ...published('speaker')
  },
  bigvgan: {
    network: 'bigvgan',
    kind: 'bigvgan',
    option: 'vocoder',
    what: 'the vocoder of v3 (BigVGAN)',
    files: ['bigvgan_generator.pt'],
    hasConfig: true,
    ...published('v3-vocoder')
  },
  hifigan: {
    network: 'hifigan',
    kind: 'hifigan',
    option: 'vocoder',
    what: 'the vocoder of v4 (HiFi-GAN)',
    files: ['vocoder.pth'],
    hasConfig: false,
    ...published('v4-vocoder')
  },
  ap_bwe: {
    network: 'ap_bwe',
    kind: 'ap_bwe',
    option: 'superSampler',
    what: 'the super-sampling model of v3 (AP-BWE, 24 kHz to 48 kHz)',
    files: ['g_24kto48k.zip', 'g_24kto48k'],
    hasConfig: true,
    where:
      'published as g_24kto48k.zip with a config.json by https://github.com/yxlu-0102/AP-BWE; ' +
      'tools/AP_BWE_main/24kto48k/readme.txt of the public project links both'
  }
} as const satisfies Partial<Record<NetworkName, Part>>

export type PartName = keyof typeof parts

/** The base voices as they were published, by version. */
export const baseVoices: Readonly<Record<string, { readonly s1: PublishedName; readonly s2: PublishedName }>> = {
  v1: { s1: 'v1-base', s2: 'v1-base' },
  v2: { s1: 'v2-base', s2: 'v2-base' },
  v2Pro: { s1: 'gpt-v3', s2: 'v2pro-base' },
  v2ProPlus: { s1: 'gpt-v3', s2: 'v2proplus-base' },
  v3: { s1: 'gpt-v3', s2: 'v3-base' },
  v4: { s1: 'gpt-v3', s2: 'v4-base' }
}

/**
 * Where to get a file, as the end of a sentence.
 * @param ending of the one file that is meant where a published folder holds several
 */
export function whereToGet(name: PublishedName, ending = ''): string {
  const { files, repository } = PUBLISHED[name]
  const found = files.filter(({ path }) => path.endsWith(ending)).map(({ path }) => path)
  const path = found.length === 1 ? found[0] : posix.dirname(found[0] ?? '')
  return `published as ${path} in ${repository}; \`gpt-sovits pull ${name}\` fetches it`
}

/** The weights of a part: `path` itself, or a file of a published name in it. */
export async function findWeights({ files }: Part, path: string): Promise<string | undefined> {
  for (const candidate of [path, ...files.map((name) => join(path, name))]) {
    const isFile = await stat(candidate).then(
      (found) => found.isFile(),
      () => false
    )
    if (isFile) return candidate
  }
  return undefined
}

export function missingPart(part: Part, needing: string): MissingModelError {
  const { option, what, where } = part
  return new MissingModelError(`\`${option}\` is missing: ${what}; ${needing}. It is ${where}`)
}

function published(name: PublishedName) {
  return { published: name, where: whereToGet(name) }
}
