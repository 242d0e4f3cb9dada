import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { packageRoot } from '../../lib/package-root.cjs'
import { checkFlow, unpackHubert } from './flow.js'
import { Report } from './report.js'
import { floats, need, readSafetensors, scalar } from './safetensors.js'
import { ProbedVoice, unpackCheckpoints } from './voices.js'

const goldens = join(packageRoot, 'test', 'fixtures', 'goldens', 'v3v4')

it('every stage of v3, v4 and a LoRA gives what the public project gave', async () => {
  const lines: string[] = []
  const report = new Report((line) => lines.push(line))
  await checkFlow(goldens, report)
  expect(lines.filter((line) => line.startsWith('FAIL'))).toEqual([])
  expect(report.passed).toBeGreaterThan(25)
}, 300_000)

/** Root of the mean square of the difference, as a share of the wanted values'. */
function relativeError(got: Float32Array, wanted: Float32Array): number {
  let error = 0
  let signal = 0
  wanted.forEach((value, i) => {
    error += (value - (got[i] as number)) ** 2
    signal += value ** 2
  })
  return Math.sqrt(error / signal)
}

it('a voice of v3 in half precision or int8 paints the spectrogram that fp32 paints to four digits', async () => {
  const scratch = mkdtempSync(join(tmpdir(), 'gsv-parity-'))
  try {
    unpackCheckpoints(join(goldens, 'checkpoints'), scratch)
    const first = join(packageRoot, 'test', 'fixtures', 'voice')
    const vocoder = join(scratch, 'GPT_SoVITS', 'pretrained_models', 'models--nvidia--bigvgan_v2_24khz_100band_256x')
    const sources = { gpt: join(first, 'voice.ckpt'), hubert: unpackHubert(join(scratch, 'hubert')), vocoder }
    const reference = readSafetensors(join(goldens, 'cfm.safetensors'))
    const given = { mu: need(reference, 'mu'), prompt: need(reference, 'prompt_mel'), noise: need(reference, 'noise') }
    const paint = async (precision: string): Promise<Float32Array> => {
      const sovits = join(scratch, 'voice_v3.pth')
      const voice = await ProbedVoice.open({ ...sources, sovits }, join(scratch, 'modules'), precision)
      const out = await voice.probe('flow_matching', { ...given, steps: scalar(4), guidance: scalar(0) })
      voice.release()
      return floats(out['mel'] as NonNullable<(typeof out)[string]>)
    }
    const exact = await paint('fp32')
    for (const precision of ['fp16', 'int8']) {
      expect(relativeError(await paint(precision), exact)).toBeLessThan(1e-4)
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}, 120_000)
