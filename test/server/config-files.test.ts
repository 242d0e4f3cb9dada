import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readConfigFile } from '../../lib/server/index.js'
import { scratch } from '../engine/voice.js'

const root = scratch()
function file(name: string, text: string): string {
  const path = join(root, name)
  writeFileSync(path, text)
  return path
}

const ttsInfer = `
custom:
  bert_base_path: pretrained/bert
  cnhuhbert_base_path: pretrained/hubert
  device: cpu
  is_half: false
  t2s_weights_path: a.ckpt
  version: v2
  vits_weights_path: a.pth
v1:
  t2s_weights_path: v1.ckpt
  vits_weights_path: v1.pth
`

describe('a configuration of a Python server', () => {
  it('tts_infer.yaml gives the voice and the networks', async () => {
    expect(await readConfigFile(file('tts_infer.yaml', ttsInfer))).toEqual({
      options: {
        voice: { gpt: resolve('a.ckpt'), sovits: resolve('a.pth') },
        engine: { hubert: resolve('pretrained/hubert'), bert: resolve('pretrained/bert'), device: 'cpu' }
      },
      warnings: []
    })
    const other = await readConfigFile(file('b.yaml', ttsInfer.replace('custom', 'mine')))
    expect(other.options.voice).toEqual({ gpt: resolve('v1.ckpt'), sovits: resolve('v1.pth') })
  })

  it('gsv_config.json gives the characters and the networks', async () => {
    const text = JSON.stringify({
      ...{ device: 'auto', is_half: 'true', models_path: 'trained', cnhubert_base_path: 'h', bert_base_path: 'b' },
      ...{ save_prompt_cache: true, prompt_cache_dir: '' }
    })
    const { options, warnings } = await readConfigFile(file('gsv_config.json', text))
    expect(options).toEqual({
      characters: resolve('trained'),
      engine: { hubert: resolve('h'), bert: resolve('b'), device: 'auto', precision: 'fp16' }
    })
    expect(warnings).toHaveLength(1)
  })

  it('common_config.json gives the address', async () => {
    const text = JSON.stringify({ pure_api_config: { tts_port: 8000, tts_host: '0.0.0.0', synthesizer: 'gsv_fast' } })
    expect(await readConfigFile(file('common_config.json', text))).toEqual({
      options: { host: '0.0.0.0', port: 8000 },
      warnings: []
    })
  })

  it.each([
    ['{', 'ERR_GSV_WRONG_TYPE'],
    ['[]', 'ERR_GSV_WRONG_TYPE'],
    ['{"a": 1}', 'ERR_GSV_WRONG_TYPE'],
    ['a: &a [*a, *a]', 'ERR_GSV_WRONG_TYPE']
  ])('that is %j is refused', async (text, code) => {
    await expect(readConfigFile(file('bad.json', text))).rejects.toMatchObject({ code })
  })

  it('that is absent is named', async () => {
    await expect(readConfigFile(join(root, 'absent'))).rejects.toMatchObject({ code: 'ERR_GSV_FILE' })
  })
})
