// Files that are whole but wrong: each is refused with a typed error that names it, never with a fault of ours.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { GptSovits, type GptSovitsConfig, importVoice, WrongModelError } from '../../lib/index.js'
import { packageRoot } from '../../lib/package-root.cjs'
import type { VoiceFile } from '../../lib/store/voice-file.js'
import { unpackCheckpoints } from '../parity/voices.js'
import { reference, scratch, tiny } from './voice.js'

const folder = scratch()
const checkpoints = join(folder, 'checkpoints')

beforeAll(() => {
  unpackCheckpoints(join(packageRoot, 'test/fixtures/goldens/core/checkpoints'), checkpoints)
})

async function refusal(config: GptSovitsConfig): Promise<Error> {
  await using tts = new GptSovits({ cacheDir: join(folder, 'cache'), ...config })
  return await tts.synthesize('Hello.', reference, { seed: 1, maxTokens: 4 }).then(
    () => new Error('it spoke'),
    (error: unknown) => error as Error
  )
}

describe('a HuBERT of another width', () => {
  it('is refused before anything is imported', async () => {
    const hubert = join(checkpoints, 'chinese-hubert-base')
    const error = await refusal({ ...tiny, hubert })
    expect(error).toBeInstanceOf(WrongModelError)
    expect(error.message).toContain(`${join(hubert, 'pytorch_model.bin')} gives features of a recording 768 wide`)
    expect(error.message).toContain('takes 32 (ssl_proj.weight is [32, 32, 2])')
    await expect(importVoice({ ...tiny, hubert }, join(folder, 'never'))).rejects.toThrow(WrongModelError)
  })
})

describe('modules in the place of each other', () => {
  it.each([
    ['s1', 's2'],
    ['s2', 's1'],
    ['s2', 'hubert'],
    ['hubert', 's2']
  ] as const)('are refused: as %s the file of %s', async (place, other) => {
    const { folder: voice } = await importVoice(tiny, join(folder, `${place}-${other}`))
    const path = join(voice, 'voice.json')
    const description = JSON.parse(readFileSync(path, 'utf8')) as VoiceFile
    const modules = { ...description.modules, [place]: description.modules[other] }
    writeFileSync(path, JSON.stringify({ ...description, modules }))
    const error = await refusal({ voice })
    expect(error).toBeInstanceOf(WrongModelError)
    expect(error.message).toContain(`${other}.pt is the module __torch__.${other}.`)
  })
})
