import { mkdirSync, mkdtempSync, copyFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FileError, MissingBaseError, MissingModelError, WrongModelError } from '../../../lib/errors.js'
import { binding } from '../../../lib/native.js'
import { packageRoot } from '../../../lib/package-root.cjs'
import { openSources, type VoiceSources } from '../../../lib/store/open-sources.js'

const file = (name: string): string => join(packageRoot, 'test', 'fixtures', 'checkpoints', name)
let scratch: string
let hubert: string
let bigvgan: string

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'gsv-pairs-'))
  const folder = (name: string, from: string, to: string): string => {
    mkdirSync(join(scratch, name))
    copyFileSync(file(from), join(scratch, name, to))
    writeFileSync(join(scratch, name, 'config.json'), '{}')
    return join(scratch, name)
  }
  hubert = folder('hubert', 'hubert.bin', 'pytorch_model.bin')
  bigvgan = folder('bigvgan', 'bigvgan.pt', 'bigvgan_generator.pt')
})
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

/** Headers alone are read: no engine is needed. */
const open = (sources: Partial<VoiceSources>) =>
  openSources(
    binding(),
    { gpt: file('s1_v2.ckpt'), sovits: file('s2_v2.pth'), hubert, ...sources },
    { cacheDir: scratch }
  )

async function refusal(sources: Partial<VoiceSources>, kind: new (message: string) => Error): Promise<string> {
  const error = await open(sources).then(
    () => undefined,
    (reason: unknown) => reason
  )
  expect(error).toBeInstanceOf(kind)
  return (error as Error).message
}

describe('files that belong together', () => {
  it('takes each version with what it needs, and leaves alone what it does not', async () => {
    const all = { speaker: file('speaker.ckpt'), base: file('s2_v3.pth') }
    const shown = async (sources: Partial<VoiceSources>) => {
      const { version, networks } = await open({ ...all, ...sources })
      return [version.name, ...Object.values(networks).map((source) => source.network)].join(' ')
    }
    expect(await shown({ gpt: file('s1_v1.ckpt'), sovits: file('s2_v1.pth') })).toBe('v1 s1 s2 hubert')
    expect(await shown({})).toBe('v2 s1 s2 hubert')
    expect(await shown({ sovits: file('s2_v2Pro.pth') })).toBe('v2Pro s1 s2_pro hubert eres2net')
    expect(await shown({ sovits: file('s2_v2ProPlus.pth') })).toBe('v2ProPlus s1 s2_pro hubert eres2net')
    expect(await shown({ sovits: file('s2_v3.pth'), vocoder: bigvgan })).toBe('v3 s1 s2_v3 hubert bigvgan')
    expect(await shown({ sovits: file('s2_v4.pth'), vocoder: file('vocoder.pth') })).toBe('v4 s1 s2_v3 hubert hifigan')
  })

  it('opens the base of a LoRA with it', async () => {
    const { networks } = await open({ sovits: file('lora_v3.pth'), base: file('s2_v3.pth'), vocoder: bigvgan })
    expect(networks.s2.file).toBe(file('lora_v3.pth'))
    expect(networks.s2.base?.file).toBe(file('s2_v3.pth'))
  })
})

describe('a file that does not say whether it is v3 or v4', () => {
  const taken = async (sources: Partial<VoiceSources>) => {
    const { version, networks } = await open(sources)
    return [version.name, networks.s2.inspection.warnings.join('\n')]
  }

  it('is what the training it came from was of', async () => {
    const sources = { sovits: file('lora_trained_from_v4.pth'), base: file('s2_v4.pth'), vocoder: file('vocoder.pth') }
    expect(await taken(sources)).toEqual(['v4', ''])
  })

  it('is what its base or its vocoder is of, with a warning that says so', async () => {
    const lora = { sovits: file('lora_v3_or_v4.pth') }
    const byBase = await taken({ ...lora, base: file('s2_v4.pth'), vocoder: file('vocoder.pth') })
    expect(byBase[0]).toBe('v4')
    expect(byBase[1]).toContain('taken for v4, since `base` is a SoVITS model (second stage) of v4')
    const byVocoder = await taken({ sovits: file('s2_v3_or_v4.pth'), vocoder: file('vocoder.pth') })
    expect(byVocoder[0]).toBe('v4')
    expect(byVocoder[1]).toContain('taken for v4, since `vocoder` is the vocoder of v4')
    const both = await taken({ ...lora, base: file('s2_v3_or_v4.pth'), vocoder: bigvgan })
    expect(both[0]).toBe('v3')
    expect(both[1]).toContain('since `vocoder` is the vocoder of v3')
  })

  it('is refused as a LoRA when nothing else is given', async () => {
    const message = await refusal({ sovits: file('lora_v3_or_v4.pth') }, MissingBaseError)
    expect(message).toContain('does not say whether it is v3 or v4')
  })

  it('is named with both, where its base and its vocoder are of two versions', async () => {
    const two = { sovits: file('lora_v3_or_v4.pth'), base: file('s2_v4.pth'), vocoder: file('bigvgan.pt') }
    expect(await refusal(two, WrongModelError)).toContain('is a BigVGAN vocoder; as `vocoder`, the vocoder of v4')
  })
})

describe('files that do not', () => {
  it('names both when GPT and SoVITS have different phones, and the GPT that would do', async () => {
    const message = await refusal({ gpt: file('s1_v1.ckpt') }, WrongModelError)
    expect(message).toContain('s1_v1.ckpt is a GPT model (first stage) of v1')
    expect(message).toContain('s2_v2.pth is a SoVITS model (second stage) of v2')
    expect(message).toContain('s1bert25hz-5kh-longer-epoch=12-step=369668.ckpt in lj1995/GPT-SoVITS')
    expect(message).toContain('gpt-sovits pull v2-base')
    expect(await refusal({ sovits: file('s2_v1.pth') }, WrongModelError)).toContain('s1bert25hz-2kh-longer')
    const pro = { sovits: file('s2_v2Pro.pth'), gpt: file('s1_v1.ckpt'), speaker: file('speaker.ckpt') }
    expect(await refusal(pro, WrongModelError)).toContain('s1v3.ckpt')
  })

  it('says where a file belongs that was given in another place', async () => {
    const swapped = await refusal({ gpt: file('s2_v2.pth'), sovits: file('s1_v2.ckpt') }, WrongModelError)
    expect(swapped).toContain('is a SoVITS model (second stage) of v2; as `gpt`, GPT weights')
    expect(swapped).toContain('it belongs in `sovits`')
    expect(await refusal({ sovits: file('speaker.ckpt') }, WrongModelError)).toContain('it belongs in `speaker`')
    expect(await refusal({ sovits: file('vocoder.pth') }, WrongModelError)).toContain('it belongs in `vocoder`')
    expect(await refusal({ sovits: file('D_96.pth') }, WrongModelError)).toContain('discriminator')
    expect(await refusal({ gpt: file('lightning.ckpt') }, WrongModelError)).toContain('training state')
  })

  it('names the speaker model that a v2Pro voice needs', async () => {
    const message = await refusal({ sovits: file('s2_v2Pro.pth') }, MissingModelError)
    expect(message).toContain('`speaker` is missing')
    expect(message).toContain('sv/pretrained_eres2netv2w24s4ep4.ckpt in lj1995/GPT-SoVITS')
    expect(message).toContain('gpt-sovits pull speaker')
    const wrong = { sovits: file('s2_v2ProPlus.pth'), speaker: file('s2_v2.pth') }
    expect(await refusal(wrong, WrongModelError)).toContain('as `speaker`, the speaker model (ERes2NetV2) is needed')
  })

  it('names the vocoder that v3 and v4 need', async () => {
    const v3 = await refusal({ sovits: file('s2_v3.pth') }, MissingModelError)
    expect(v3).toContain('`vocoder` is missing')
    expect(v3).toContain('models--nvidia--bigvgan_v2_24khz_100band_256x')
    expect(v3).toContain('gpt-sovits pull v3-vocoder')
    expect(await refusal({ sovits: file('s2_v4.pth') }, MissingModelError)).toContain('gpt-sovits pull v4-vocoder')
    const swapped = { sovits: file('s2_v4.pth'), vocoder: bigvgan }
    expect(await refusal(swapped, FileError)).toContain('has no vocoder.pth')
    const other = { sovits: file('s2_v4.pth'), vocoder: file('bigvgan.pt') }
    expect(await refusal(other, WrongModelError)).toContain('is a BigVGAN vocoder; as `vocoder`, the vocoder of v4')
  })

  it('names the base that a LoRA needs, of its own version', async () => {
    const message = await refusal({ sovits: file('lora_v3.pth') }, MissingBaseError)
    expect(message).toContain('`base` is missing')
    expect(message).toContain('s2Gv3.pth in lj1995/GPT-SoVITS')
    expect(message).toContain('gpt-sovits pull v3-base')
    expect(await refusal({ sovits: file('lora_v4.pth') }, MissingBaseError)).toContain('gsv-v4-pretrained/s2Gv4.pth')
    const mixed = await refusal({ sovits: file('lora_v3.pth'), base: file('s2_v4.pth') }, WrongModelError)
    expect(mixed).toContain('s2_v4.pth is a SoVITS model (second stage) of v4')
    expect(mixed).toContain('needs the SoVITS model of v3')
    const twice = { sovits: file('lora_v3.pth'), base: file('lora_v3.pth') }
    expect(await refusal(twice, WrongModelError)).toContain('a SoVITS LoRA voice (second stage) of v3')
  })

  it('says what a folder lacks', async () => {
    expect(await refusal({ hubert: scratch }, FileError)).toContain('has no pytorch_model.bin or model.safetensors')
    const missing = await refusal({ hubert: undefined as unknown as string }, MissingModelError)
    expect(missing).toContain('gpt-sovits pull hubert')
    expect(await refusal({ bert: hubert }, WrongModelError)).toContain('as `bert`, the BERT model')
  })
})
