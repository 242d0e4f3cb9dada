import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Tensor } from '../../binding.js'
import { packageRoot } from '../../lib/package-root.cjs'
import type { Report } from './report.js'
import { floats, ints, need, readSafetensors, scalar, type Tensors } from './safetensors.js'
import { ProbedVoice, unpackCheckpoints } from './voices.js'

// Largest differences, in the values' own unit. The references' own rounding is a tenth of it.
const CONDITION = 3e-5
const LOG_MEL = 2e-3
const LOG_MEL_MEAN = 2e-5
const FLOW = 2e-5
const VOCODER = 5e-6
const WAVE = 2e-5
const MERGED = 1e-6

const pretrained = 'GPT_SoVITS/pretrained_models'
const v4 = `${pretrained}/gsv-v4-pretrained`
const versions = [
  {
    name: 'v3',
    voice: 'voice_v3.pth',
    base: `${pretrained}/s2Gv3.pth`,
    lora: 'voice_v3_lora.pth',
    vocoder: `${pretrained}/models--nvidia--bigvgan_v2_24khz_100band_256x`
  },
  {
    name: 'v4',
    voice: `${v4}/s2Gv4.pth`,
    base: `${v4}/s2Gv4.pth`,
    lora: 'voice_v4_lora.pth',
    vocoder: `${v4}/vocoder.pth`
  }
] as const
type Version = (typeof versions)[number]

interface Context {
  readonly report: Report
  readonly version: Version
  readonly inputs: Tensors
  readonly file: (name: string) => Tensors
}

// These references hold the second stage alone; any first one, and any HuBERT of the published width, lets a voice be loaded.
const fixtures = join(packageRoot, 'test', 'fixtures')
const first = join(fixtures, 'voice')
const packedHubert = join(fixtures, 'goldens', 'core', 'checkpoints', 'chinese-hubert-base')

export function unpackHubert(to: string): string {
  mkdirSync(to)
  copyFileSync(join(packedHubert, 'config.json'), join(to, 'config.json'))
  writeFileSync(join(to, 'pytorch_model.bin'), gunzipSync(readFileSync(join(packedHubert, 'pytorch_model.bin.gz'))))
  return to
}

/** Every stage of v3 and v4 against a folder of the layout of `goldens/v3v4`. */
export async function checkFlow(dir: string, report: Report): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'gsv-parity-'))
  const file = (name: string): Tensors => readSafetensors(join(dir, `${name}.safetensors`))
  try {
    const checkpoints = join(scratch, 'checkpoints')
    unpackCheckpoints(join(dir, 'checkpoints'), checkpoints)
    const hubert = unpackHubert(join(scratch, 'hubert'))
    const load = (version: Version, sovits: string, base?: string): Promise<ProbedVoice> => {
      const vocoder = join(checkpoints, version.vocoder)
      const own = { sovits: join(checkpoints, sovits), vocoder, ...(base ? { base: join(checkpoints, base) } : {}) }
      const shared = { gpt: join(first, 'voice.ckpt'), hubert }
      return ProbedVoice.open({ ...shared, ...own }, join(scratch, sovits.replaceAll('/', '_')))
    }
    const there = (name: string): boolean => {
      const found = existsSync(join(dir, `${name}.safetensors`))
      if (!found) report.skip(name, 'not in the folder')
      return found
    }
    for (const version of versions) {
      const context: Context = { report, version, inputs: file('inputs'), file }
      const voice = await load(version, version.voice)
      await checkMel(context, voice)
      await checkCondition(context, voice)
      if (version.name === 'v3') await checkSampler(context, voice)
      await checkVocoder(context, voice)
      await checkSentences(context, voice)
      if (there(`batched_${version.name}`)) await checkWindows(context, voice)
      voice.release()
      if (!there(`lora_${version.name}`)) continue
      const lora = await load(version, version.lora, version.base)
      await checkLora(context, lora)
      lora.release()
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

async function checkMel({ report, version, inputs, file }: Context, voice: ProbedVoice): Promise<void> {
  const mels = file(`mel_${version.name}`)
  for (const key of inputs.keys()) {
    const name = key.replace(/\.wav$/, '')
    if (name === key || !mels.has(`${name}.log_mel`)) continue
    const recording = mono(need(inputs, `${name}.wav`))
    const out = await voice.probe('prompt_mel', { recording, rate: need(inputs, `${name}.sr`) })
    const row = `${version.name}.${name}`
    const audio = [...mels.keys()].find((key) => key.startsWith(`${name}.audio_`))
    if (audio) {
      report.closeAbsolute(`${row}.audio`, floats(field(out, 'audio')), floats(need(mels, audio)), VOCODER)
    }
    for (const [kind, unit] of [
      ['log_mel', 1],
      ['norm_mel', 2 / 14]
    ] as const) {
      const [ours, theirs] = [floats(field(out, kind)), floats(need(mels, `${name}.${kind}`))]
      report.closeAbsolute(`${row}.${kind}`, ours, theirs, LOG_MEL * unit)
      report.closeMean(`${row}.${kind} (mean)`, ours, theirs, LOG_MEL_MEAN * unit)
    }
  }
}

async function checkCondition({ report, version, inputs, file }: Context, voice: ProbedVoice): Promise<void> {
  const reference = file(`enc_${version.name}`)
  const spectrogram = need(inputs, 'short.spec')
  const prompt = { codes: need(inputs, 'short.prompt_semantic'), phones: need(inputs, 'short.prompt_phones') }
  const known = await voice.probe('condition', { ...prompt, spectrogram, speed: scalar(1) })
  const close = (name: string, ours: Tensor, theirs: Tensor): void =>
    report.closeAbsolute(`${version.name}.${name}`, floats(ours), floats(theirs), CONDITION)
  close('ge', field(known, 'ge'), need(reference, 'prompt.ge'))
  close('prompt.fea', field(known, 'fea'), need(reference, 'prompt.fea'))
  for (const tap of ['enc_p_x', 'bridge', 'wns1_pre', 'wns1_wn']) {
    if (reference.has(`prompt.${tap}`)) close(`prompt.${tap}`, field(known, tap), need(reference, `prompt.${tap}`))
  }
  for (const key of reference.keys()) {
    const match = /^(\w+)\.(\d+)\.speed([\d.]+)\.fea$/.exec(key)
    if (!match) continue
    const [, name, item, speed] = match
    const out = await voice.probe('condition', {
      codes: need(inputs, `${name}.${item}.codes`),
      phones: need(inputs, `${name}.${item}.phones`),
      spectrogram,
      speed: scalar(Number(speed))
    })
    close(key, field(out, 'fea'), need(reference, key))
  }
}

async function checkSampler({ report, file }: Context, voice: ProbedVoice): Promise<void> {
  const reference = file('cfm')
  const [mu, prompt, noise] = [need(reference, 'mu'), need(reference, 'prompt_mel'), need(reference, 'noise')]
  const sample = (mu: Tensor, noise: Tensor, steps: number, guidance: number) =>
    voice.probe('flow_matching', { mu, prompt, noise, steps: scalar(steps), guidance: scalar(guidance) })
  const length = prompt.shape[2] as number
  for (const key of reference.keys()) {
    const match = /^steps(\d+)(?:_cfg([\d.]+))?\.mel$/.exec(key)
    if (!match) continue
    const out = await sample(mu, noise, Number(match[1]), Number(match[2] ?? 0))
    report.closeAbsolute(`cfm.${key}`, floats(field(out, 'mel')), withoutPrompt(need(reference, key), length), FLOW)
  }
  const steps = 4
  const one = await sample(mu, noise, steps, 0)
  const text = need(reference, 'step0.text_embed')
  report.closeAbsolute('cfm.text_embed', floats(field(one, 'text')), floats(text), CONDITION)
  const both = await sample(withReversed(mu), need(reference, 'batch2.noise'), steps, 0)
  const mel = withoutPrompt(need(reference, 'batch2.mel'), length)
  report.closeAbsolute('cfm.batch2', floats(field(both, 'mel')), mel, FLOW)
}

async function checkVocoder({ report, version, file }: Context, voice: ProbedVoice): Promise<void> {
  const reference = file(`vocoder_${version.name}`)
  const out = await voice.probe('vocode', { mel: need(reference, 'mel') })
  const name = `${version.name}.vocoder`
  report.closeAbsolute(name, floats(field(out, 'wav')), floats(need(reference, 'wav')), VOCODER)
}

/** What is known of a reference recording. */
function known({ inputs, version, file }: Context, name: string): Record<string, Tensor> {
  return {
    prompt_codes: need(inputs, `${name}.prompt_semantic`),
    prompt_phones: need(inputs, `${name}.prompt_phones`),
    spectrogram: need(inputs, `${name}.spec`),
    norm_mel: need(file(`mel_${version.name}`), `${name}.norm_mel`)
  }
}

async function checkSentences(context: Context, voice: ProbedVoice): Promise<void> {
  const { report, version, inputs, file } = context
  const reference = file(`loop_${version.name}`)
  for (const key of reference.keys()) {
    const match = /^(([a-z]+)(\d+)\S*?)\.wav$/.exec(key)
    if (!match) continue
    const [, sentence, name, item] = match as unknown as [string, string, string, string]
    const chunks: Record<string, Tensor> = {}
    const mels: Tensor[] = []
    for (let i = 0; reference.has(`${sentence}.${i}.noise`); i++) {
      chunks[`noise.${i}`] = need(reference, `${sentence}.${i}.noise`)
      mels.push(need(reference, `${sentence}.${i}.mel`))
    }
    const out = await voice.probe('chained', {
      ...known(context, name),
      ...chunks,
      codes: need(inputs, `${name}.${item}.codes`),
      phones: need(inputs, `${name}.${item}.phones`),
      steps: need(reference, `${sentence}.steps`),
      speed: exactSpeed(need(reference, `${sentence}.speed`))
    })
    const row = `${version.name}.${sentence}`
    report.closeAbsolute(`${row}.mel`, floats(field(out, 'mel')), besideEachOther(mels), FLOW)
    report.closeAbsolute(`${row}.wav`, floats(field(out, 'wav')), floats(need(reference, key)), WAVE)
  }
}

async function checkWindows(context: Context, voice: ProbedVoice): Promise<void> {
  const { report, version, inputs, file } = context
  const reference = file(`batched_${version.name}`)
  const items: Record<string, Tensor> = {}
  for (let i = 0; inputs.has(`long.${i}.codes`); i++) {
    items[`codes.${i}`] = need(inputs, `long.${i}.codes`)
    items[`phones.${i}`] = need(inputs, `long.${i}.phones`)
  }
  const steps = need(reference, 'long.steps')
  const noise = need(reference, 'long.noise')
  const out = await voice.probe('windows', { ...known(context, 'long'), ...items, noise, steps, speed: scalar(1) })
  const row = `${version.name}.windows`
  report.closeAbsolute(`${row}.mel`, floats(field(out, 'mel')), floats(need(reference, 'long.mel')), FLOW)
  const joined = [field(out, 'joined_length'), need(reference, 'long.joined_length')].map(ints)
  report.equal(`${row}.joined_length`, joined[0] as number[], joined[1] as number[])
  for (let i = 0; reference.has(`long.${i}.wav`); i++) {
    const [ours, theirs] = [field(out, `wav.${i}`), need(reference, `long.${i}.wav`)]
    report.closeAbsolute(`${row}.${i}.wav`, floats(ours), floats(theirs), WAVE)
  }
}

async function checkLora(context: Context, voice: ProbedVoice): Promise<void> {
  const { report, version, inputs, file } = context
  const reference = file(`lora_${version.name}`)
  for (const key of reference.keys()) {
    const match = /transformer_blocks\.(\d+)\.attn\.(.+)\.weight$/.exec(key)
    if (!match) continue
    const out = await voice.probe('attention_weights', { block: scalar(Number(match[1])) })
    const ours = floats(field(out, match[2] as string))
    report.closeAbsolute(`${version.name}.lora.${match[2]}`, ours, floats(need(reference, key)), MERGED)
  }
  const out = await voice.probe('chained', {
    ...known(context, 'short'),
    'noise.0': need(reference, 'noise'),
    codes: need(inputs, 'short.1.codes'),
    phones: need(inputs, 'short.1.phones'),
    steps: need(reference, 'steps'),
    speed: scalar(1)
  })
  const [mel, wav] = [floats(field(out, 'mel')), floats(field(out, 'wav'))]
  report.closeAbsolute(`${version.name}.lora.mel`, mel, floats(need(reference, 'mel')), FLOW)
  report.closeAbsolute(`${version.name}.lora.wav`, wav, floats(need(reference, 'wav')), WAVE)
}

function field(tensors: Readonly<Record<string, Tensor>>, name: string): Tensor {
  return need(new Map(Object.entries(tensors)), name)
}

/** The mean of the channels. */
function mono({ shape, data }: Tensor): Tensor {
  const [channels, length] = shape as [number, number]
  const samples = new Float32Array(length)
  for (let i = 0; i < length; i++) {
    for (let c = 0; c < channels; c++) samples[i] = (samples[i] as number) + Number(data[c * length + i]) / channels
  }
  return { shape: [length], data: samples }
}

/** [B, C, T] -> values of [B, C, T - length], the last ones of each row. */
function withoutPrompt(tensor: Tensor, length: number): Float32Array {
  const frames = tensor.shape[2] as number
  return floats(tensor).filter((_, i) => i % frames >= length)
}

/** [1, T, C] -> [2, T, C]: the second row is the first one backwards in time. */
function withReversed({ shape, data }: Tensor): Tensor {
  const [, frames, width] = shape as [number, number, number]
  const both = new Float32Array(2 * frames * width)
  for (let t = 0; t < frames; t++) {
    const row = Float32Array.from(data.subarray(t * width, (t + 1) * width) as Float32Array)
    both.set(row, t * width)
    both.set(row, (2 * frames - 1 - t) * width)
  }
  return { shape: [2, frames, width], data: both }
}

/** Of [1, C, T1], [1, C, T2] ...: [1, C, T1 + T2 + ...]. */
function besideEachOther(tensors: readonly Tensor[]): Float32Array {
  const channels = tensors[0]?.shape[1] as number
  const rows: number[] = []
  for (let c = 0; c < channels; c++) {
    for (const tensor of tensors) {
      const frames = tensor.shape[2] as number
      rows.push(...floats(tensor).subarray(c * frames, (c + 1) * frames))
    }
  }
  return Float32Array.from(rows)
}

/** 1.25 and the like were written as such; a float of them may not be what was meant. */
function exactSpeed(tensor: Tensor): Tensor {
  return scalar(Math.round(Number(tensor.data[0]) * 1000) / 1000)
}
