// Networks that are whole by themselves and do not go together: what one gives, the other takes.
import { describe, expect, it } from 'vitest'
import { WrongModelError } from '../../../lib/errors.js'
import type { Source } from '../../../lib/store/fill.js'
import { checkFit } from '../../../lib/store/fit.js'
import type { Networks } from '../../../lib/store/open-sources.js'
import type { NetworkName } from '../../../lib/store/specification.js'

function source(network: NetworkName, tensors: Record<string, readonly number[]>, base?: Source): Source {
  const listed = Object.entries(tensors).map(([name, shape]) => ({ name, shape, dtype: 'float16' }))
  const inspection = { tensors: listed } as unknown as Source['inspection']
  return { network, file: `${network}.file`, inspection, config: {}, ...(base && { base }) }
}

const right = {
  s1: source('s1', { 'model.bert_proj.weight': [512, 1024] }),
  s2: source('s2', { 'ssl_proj.weight': [768, 768, 2] }),
  hubert: source('hubert', { 'encoder.layers.0.weight': [1], 'feature_projection.projection.weight': [768, 512] }),
  bert: source('bert', { 'bert.embeddings.word_embeddings.weight': [21128, 1024] })
}
const pro = source('s2_pro', { 'ssl_proj.weight': [768, 768, 2], 'sv_emb.weight': [1024, 20480] })
const flow = source('s2_v3', { 'ssl_proj.weight': [768, 768, 2], 'cfm.estimator.proj_out.weight': [100, 1024] })

const refusal = (networks: Networks): string => {
  try {
    checkFit(networks)
  } catch (error) {
    expect(error).toBeInstanceOf(WrongModelError)
    return (error as Error).message
  }
  return 'they fit'
}

describe('networks of a voice', () => {
  it('fit where what is given is as wide as what is taken', () => {
    expect(refusal(right)).toBe('they fit')
    expect(
      refusal({ ...right, s2: pro, speaker: source('eres2net', { 'layer3_ds.weight': [2048, 1024, 3, 3] }) })
    ).toBe('they fit')
    const vocoder = source('bigvgan', { 'conv_pre.weight_v': [1536, 100, 7] })
    expect(refusal({ ...right, s2: flow, vocoder })).toBe('they fit')
    expect(refusal({ ...right, s2: source('s2_v3', {}, flow), vocoder })).toBe('they fit')
  })

  it('are named with their files, tensors and sizes where they do not', () => {
    const hubert = source('hubert', { 'hubert.feature_projection.projection.weight': [1024, 512] })
    expect(refusal({ ...right, hubert })).toBe(
      'hubert.file gives features of a recording 1024 wide (hubert.feature_projection.projection.weight is [1024, 512]) ' +
        'and s2.file takes 768 (ssl_proj.weight is [768, 768, 2]); the two do not belong together. The network that goes ' +
        'with published voices is published as chinese-hubert-base in lj1995/GPT-SoVITS; `gpt-sovits pull hubert` fetches it'
    )
    const bert = source('bert', { 'embeddings.word_embeddings.weight': [21128, 768] })
    expect(refusal({ ...right, bert })).toContain('bert.file gives features of a text 768 wide')
    const speaker = source('eres2net', { 'layer3_ds.weight': [1024, 512, 3, 3] })
    expect(refusal({ ...right, s2: pro, speaker })).toContain('eres2net.file gives speaker vectors 10240 wide')
    const vocoder = source('hifigan', { 'conv_pre.weight': [512, 80, 7] })
    const message = refusal({ ...right, s2: source('s2_v3', {}, flow), vocoder })
    expect(message).toContain('s2_v3.file gives bands of a mel spectrogram 100 wide')
    expect(message).toContain('hifigan.file takes 80 (conv_pre.weight is [512, 80, 7])')
    expect(message).toContain('gpt-sovits pull v4-vocoder')
  })
})
