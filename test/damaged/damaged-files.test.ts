// Files that can be read and are wrong: each must give a typed error that names the file, or speak. One of each part is
// drawn here by a fixed seed; `npm run stress:files` tries as many as it is told. GSV_MUTANTS sets how many of each part,
// GSV_SEED others.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Saved } from './checkpoint-file.js'
import { Tensor } from './checkpoint-file.js'
import { type Mutation, mutationsOf } from './mutations.js'
import { randomNumbers } from './networks.js'
import { outcomeOf } from './outcome.js'
import { type Draft, draftOf, layouts, type Part, writeDraft } from './voices.js'
import { scratch } from '../engine/voice.js'

const seed = Number(process.env['GSV_SEED'] ?? 1)
const count = Number(process.env['GSV_MUTANTS'] ?? 1)
const folder = scratch()
const whole = join(folder, 'whole')
const parts = Object.keys(layouts) as Part[]

beforeAll(() => {
  mkdirSync(whole)
  for (const part of parts) writeDraft(whole, part, draftOf(part))
})

async function become(part: Part, change: (draft: Draft) => void) {
  const draft = (): Draft => {
    const fresh = draftOf(part)
    change(fresh)
    return fresh
  }
  return outcomeOf({ part, name: 'chosen', draft }, whole, join(folder, 'changed'))
}

const withConfig =
  (fields: Record<string, Saved>) =>
  (draft: Draft): void => {
    draft.config = { ...(draft.config as object), ...fields }
  }
const withRow =
  (name: string, shape: readonly number[], value = 0.1) =>
  ({ weights }: Draft): void => {
    weights.set(name, new Tensor(shape, [value]))
  }

describe('whole files', () => {
  it.each(parts)('speak: %s', async (part) => {
    expect(await become(part, () => undefined)).toEqual({ kind: 'spoke' })
  })
})

describe('a file that does not fit what it is used with', () => {
  it('names BERT where its vocabulary has more words than its table', async () => {
    const short = (draft: Draft): void => {
      withConfig({ vocab_size: 7 })(draft)
      withRow('bert.embeddings.word_embeddings.weight', [7, 16])(draft)
    }
    const message = expect.stringMatching(
      /names token \d+; embeddings\.word_embeddings\.weight has 7 rows.*pytorch_model\.bin/
    ) as string
    expect(await become('bert', short)).toEqual({ kind: 'refused', code: 'ERR_GSV_MODEL_MISMATCH', message })
  })

  it('names BERT where a sentence is longer than its positions', async () => {
    const short = (draft: Draft): void => {
      withConfig({ max_position_embeddings: 4 })(draft)
      withRow('bert.embeddings.position_embeddings.weight', [4, 16])(draft)
    }
    const message = expect.stringMatching(
      /characters for BERT; embeddings\.position_embeddings\.weight has 4 rows.*pytorch_model\.bin/
    ) as string
    expect(await become('bert', short)).toEqual({ kind: 'refused', code: 'ERR_GSV_MODEL_MISMATCH', message })
  })

  it('names the vocoder whose rates make other samples of a frame', async () => {
    const message = expect.stringMatching(
      /`upsample_rates` make 128 samples of a frame; v3 needs 256 .*bigvgan_generator\.pt/
    ) as string
    const slower = withConfig({ upsample_rates: [8, 8, 2] })
    expect(await become('bigvgan', slower)).toEqual({ kind: 'refused', code: 'ERR_GSV_UNSUPPORTED_CONFIG', message })
  })

  it.each([
    [[5, 2, 2, 1000, 2, 2, 2], '0 frames of 3 s'],
    [[1, 1, 1, 1, 1, 1, 1], 'of 10 s']
  ])('names `conv_stride` of HuBERT where it is %j', async (conv_stride, what) => {
    const message = expect.stringContaining(what) as string
    const outcome = await become('hubert', withConfig({ conv_stride }))
    expect(outcome).toEqual({ kind: 'refused', code: 'ERR_GSV_UNSUPPORTED_CONFIG', message })
  })
})

describe('weights that are not finite', () => {
  it.each([
    ['gpt', 'model.h.layers.1.linear2.weight', [16, 24]],
    ['s2', 'enc_p.text_embedding.weight', [732, 8]],
    ['s2', 'ref_enc.fc.fc.bias', [16]],
    ['hubert', 'encoder.layers.0.attention.q_proj.bias', [16]],
    ['bert', 'bert.encoder.layer.0.output.dense.weight', [16, 24]],
    ['bigvgan', 'conv_pre.bias', [32]]
  ] as const)('are named: %s, %s', async (part, name, shape) => {
    const outcome = await become(part, withRow(name, shape, NaN))
    const message = expect.stringMatching(
      new RegExp(`${layouts[part].path}: ${name.replaceAll('.', '\\.')} holds values that are not finite`)
    ) as string
    expect(outcome).toEqual({ kind: 'refused', code: 'ERR_GSV_NON_FINITE_AUDIO', message })
  })
})

describe('files that were changed at random', () => {
  it.each(parts)('are refused with their name, or speak: %s', { timeout: 60_000 + count * 20_000 }, async (part) => {
    const random = randomNumbers(seed)
    const all = mutationsOf(part)
    const faults: string[] = []
    for (let i = 0; i < count; i++) {
      const mutation = all[Math.floor(random() * all.length)] as Mutation
      const outcome = await outcomeOf(mutation, whole, join(folder, 'changed'))
      if (outcome.kind === 'fault') faults.push(`${mutation.name}: ${outcome.message}`)
    }
    expect(faults, `seed ${seed}`).toEqual([])
  })
})
