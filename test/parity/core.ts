import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Tensor } from '../../binding.js'
import { decodeAudio } from '../../lib/audio/index.js'
import type { Report } from './report.js'
import { floats, ints, need, readSafetensors, scalar, type Tensors, vector } from './safetensors.js'
import { ProbedVoice, unpackCheckpoints } from './voices.js'

// Of peak: the references' own rounding is 1e-7 to 2e-6.
const TOLERANCE = 1e-4
const PROBABILITY_TOLERANCE = 1e-6
// A code may differ where two are this close (squared distance), a token where the best two logits are.
const CODE_MARGIN = 0.01
const TOKEN_MARGIN = 1e-3

const recordings = ['ref_32k_mono', 'ref_44k_stereo', 'ref_16k_mono', 'ref_48k_short']
const versions = ['v1', 'v2'] as const
// Their first stage is that of v2.
const proVersions = ['v2Pro', 'v2ProPlus'] as const

interface Context {
  readonly dir: string
  readonly report: Report
  readonly file: (name: string) => Tensors
}

async function mono(path: string): Promise<{ samples: Float32Array; sampleRate: number }> {
  const { samples, sampleRate } = await decodeAudio(readFileSync(path))
  const first = samples[0] as Float32Array
  return {
    samples: first.map((_, i) => samples.reduce((sum, channel) => sum + (channel[i] as number), 0) / samples.length),
    sampleRate
  }
}

/** Every stage of every version against a folder of the layout of `goldens/core`. */
export async function checkCore(dir: string, report: Report): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'gsv-parity-'))
  try {
    const checkpoints = join(scratch, 'checkpoints')
    unpackCheckpoints(join(dir, 'checkpoints'), checkpoints)
    const context: Context = { dir, report, file: (name) => readSafetensors(join(dir, `${name}.safetensors`)) }
    const load = (gpt: string, sovits: string, name: string): Promise<ProbedVoice> =>
      ProbedVoice.load(checkpoints, gpt, sovits, join(scratch, name))
    for (const version of versions) {
      const voice = await load(`gpt_${version}.ckpt`, `sovits_${version}.pth`, version)
      if (version === 'v2') await checkShared(context, voice)
      await checkCodes(context, voice, version)
      await checkSemantic(context, voice, version)
      await checkAcoustic(context, voice, version)
      voice.release()
    }
    const ending = await load('gpt_v2_eos.ckpt', 'pretrained_s2G_v2.pth', 'v2_eos')
    await checkEnding(context, ending)
    ending.release()
    let speakerChecked = false
    for (const version of proVersions) {
      if (!existsSync(join(dir, `s2_${version}.safetensors`))) continue
      const voice = await load('gpt_v2.ckpt', `sovits_${version}.pth`, version)
      if (!speakerChecked) await checkSpeaker(context, voice)
      speakerChecked = true
      await checkCodes(context, voice, version)
      await checkAcoustic(context, voice, version)
      voice.release()
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

async function checkShared(context: Context, voice: ProbedVoice): Promise<void> {
  await checkAudio(context, voice)
  await checkHubert(context, voice)
  await checkBert(context, voice)
  await checkSampler(context, voice)
}

async function checkAudio({ dir, report, file }: Context, voice: ProbedVoice): Promise<void> {
  const audio = file('audio')
  for (const name of recordings) {
    const { samples, sampleRate } = await mono(join(dir, `${name}.wav`))
    const inputs = { recording: { shape: [samples.length], data: samples }, rate: scalar(sampleRate) }
    const spectrogram = audio.get(`${name}.spec`)
    if (spectrogram) {
      const out = await voice.probe('spectrogram', inputs)
      report.close(`audio.${name}.spec`, floats(out['spectrogram'] as Tensor), floats(spectrogram), TOLERANCE)
    }
    const resampled = audio.get(`${name}.librosa_16k`)
    if (resampled) {
      const expected = floats(resampled)
      const out = await voice.probe('resample16k', inputs)
      const actual = floats(out['wav16k'] as Tensor).subarray(0, expected.length)
      report.close(`audio.${name}.librosa_16k`, actual, expected, TOLERANCE)
    }
  }
}

/**
 * Near its floor a logarithm magnifies what rounding a 16 kHz sample costs: there the reference in float32 and the same in
 * float64 are 1.1e-4 apart. So logarithms are compared above it, and energies everywhere.
 */
function checkFbank(report: Report, name: string, actual: Float32Array, expected: Float32Array): void {
  const floor = Math.log(2 ** -23)
  const clear = expected.map((value) => (value > floor + 4 ? value : NaN))
  report.close(`sv.${name}.fbank`, actual, clear, TOLERANCE)
  const energies = (logarithms: Float32Array): Float32Array => logarithms.map((value) => Math.exp(value))
  report.close(`sv.${name}.fbank.energy`, energies(actual), energies(expected), TOLERANCE)
}

/** The speaker network alone, its input from the recording, and both together. */
async function checkSpeaker({ dir, report, file }: Context, voice: ProbedVoice): Promise<void> {
  const sv = file('sv')
  for (const name of recordings) {
    const fbank = sv.get(`${name}.fbank`)
    if (!fbank) continue
    const embedding = floats(need(sv, `${name}.embedding`))
    const given = await voice.probe('speaker', { fbank })
    report.close(`sv.${name}.embedding`, floats(given['embedding'] as Tensor), embedding, TOLERANCE)
    const { samples, sampleRate } = await mono(join(dir, `${name}.wav`))
    const recording = { shape: [samples.length], data: samples }
    const own = await voice.probe('speaker', { recording, rate: scalar(sampleRate) })
    checkFbank(report, name, floats(own['fbank'] as Tensor), floats(fbank))
    report.close(`sv.${name}.embedding.from_file`, floats(own['embedding'] as Tensor), embedding, TOLERANCE)
  }
}

async function checkHubert({ report, file }: Context, voice: ProbedVoice): Promise<void> {
  const hubert = file('hubert')
  for (const name of recordings) {
    const wav16k = hubert.get(`${name}.wav16k_padded`)
    if (!wav16k) continue
    const out = await voice.probe('hubert', { wav16k })
    report.close(`hubert.${name}`, floats(out['feature'] as Tensor), floats(need(hubert, `${name}.feature`)), TOLERANCE)
  }
}

/** Semantic tokens from upstream's 16 kHz signal, and from the recording itself through our own resampler. */
async function checkCodes({ dir, report, file }: Context, voice: ProbedVoice, version: string): Promise<void> {
  const hubert = file('hubert')
  for (const name of recordings) {
    const wav16k = hubert.get(`${name}.wav16k_padded`)
    if (!wav16k) continue
    const margin = floats(need(hubert, `${name}.margin.${version}`))
    const expected = ints(need(hubert, `${name}.codes.${version}`))
    const certain = (i: number): boolean => (margin[i] as number) > CODE_MARGIN
    const given = await voice.probe('hubert', { wav16k })
    report.equal(`codes.${version}.${name}`, ints(given['codes'] as Tensor), expected, certain)
    const { samples, sampleRate } = await mono(join(dir, `${name}.wav`))
    const recording = { shape: [samples.length], data: samples }
    const own = await voice.probe('resample16k', { recording, rate: scalar(sampleRate) })
    const heard = await voice.probe('hubert', { wav16k: own['wav16k'] as Tensor })
    report.equal(`codes.${version}.${name}.from_file`, ints(heard['codes'] as Tensor), expected, certain)
  }
}

async function checkBert({ report, file }: Context, voice: ProbedVoice): Promise<void> {
  const bert = file('bert')
  for (let i = 0; bert.has(`${i}.input_ids`); i++) {
    const out = await voice.probe('bert', { input_ids: need(bert, `${i}.input_ids`) })
    report.close(`bert.${i}`, floats(out['char_feature'] as Tensor), floats(need(bert, `${i}.char_feature`)), TOLERANCE)
  }
}

async function checkSampler({ dir, report, file }: Context, voice: ProbedVoice): Promise<void> {
  interface Case {
    top_k: number
    top_p: number
    temperature: number
    repetition_penalty: number
    vocab: number
    n_prev: number
  }
  const cases = JSON.parse(readFileSync(join(dir, 'sampler_cases.json'), 'utf8')) as Case[]
  const rows = file('sampler')
  const row = (name: string, index: number, length: number): Float32Array => {
    const tensor = need(rows, name)
    const width = tensor.shape[1] as number
    return floats(tensor).slice(index * width, index * width + length)
  }
  const probabilities: number[] = []
  const expected: number[] = []
  const samples: number[] = []
  for (const [i, { vocab, n_prev, ...parameters }] of cases.entries()) {
    const scalars = Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, scalar(value)]))
    const out = await voice.probe('sampler', {
      ...scalars,
      logits: { shape: [vocab], data: row('logits', i, vocab) },
      previous: vector([...row('previous', i, n_prev)]),
      noise: { shape: [vocab], data: row('q', i, vocab) }
    })
    probabilities.push(...floats(out['probs'] as Tensor))
    expected.push(...row('probs', i, vocab))
    samples.push(...ints(out['sample'] as Tensor))
  }
  report.closeAbsolute('sampler.probs', probabilities, expected, PROBABILITY_TOLERANCE)
  report.equal('sampler.sample', samples, ints(need(rows, 'sample')))
}

const greedy = { top_k: 1, top_p: 1, temperature: 1 }

function sampling(repetitionPenalty: number, earlyStop: number): Record<string, Tensor> {
  const all = { ...greedy, repetition_penalty: repetitionPenalty, early_stop: earlyStop }
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, scalar(value)]))
}

async function checkSemantic({ report, file }: Context, voice: ProbedVoice, version: string): Promise<void> {
  const s1 = file(`s1_${version}`)
  const phones = vector([...ints(need(s1, 'in.phones_ref')), ...ints(need(s1, 'in.phones'))])
  const prompt = need(s1, 'in.prompt')
  const bert = need(s1, 'in.bert')
  await checkLogits(report, voice, s1, version, { phones, prompt, bert })

  const check = async (name: string, inputs: Record<string, Tensor>): Promise<void> => {
    const out = await voice.probe('generate', { phones, bert, ...inputs })
    const start = inputs['prompt']?.shape[0] ?? 0
    const margin = s1.get(`${name}.margin`)
    const sure = margin && floats(margin)
    const expected = ints(need(s1, `${name}.y`)).slice(start)
    const certain = (i: number): boolean => !sure || (sure[i] as number) > TOKEN_MARGIN
    report.equal(`s1.${version}.${name}`, ints(out['tokens'] as Tensor), expected, certain)
  }
  await check('greedy', { prompt, ...sampling(1.35, 40) })
  await check('greedy_rp1', { prompt, ...sampling(1, 40) })
  await check('no_prompt', sampling(1.35, 20))
  await checkBatch(report, voice, s1, version, 'batch', 30)
}

async function checkLogits(
  report: Report,
  voice: ProbedVoice,
  s1: Tensors,
  version: string,
  inputs: Record<'phones' | 'prompt' | 'bert', Tensor>
): Promise<void> {
  const start = inputs.prompt.shape[0] as number
  const stepRows = need(s1, 'greedy.step_logits_1_15')
  const steps = stepRows.shape[0] as number
  const tokens = ints(need(s1, 'greedy.y')).slice(start, start + steps)
  const out = await voice.probe('logits', { ...inputs, tokens: vector(tokens) })
  const prefill = floats(need(s1, 'greedy.prefill_logits'))
  const actual = floats(out['prefill_logits'] as Tensor).subarray(0, prefill.length)
  report.close(`s1.${version}.prefill_logits`, actual, prefill, TOLERANCE)
  report.close(`s1.${version}.step_logits`, floats(out['step_logits'] as Tensor), floats(stepRows), TOLERANCE)
}

/** Each item alone; upstream's batched loop drops the last token where its single loop drops the first. */
async function checkBatch(
  report: Report,
  voice: ProbedVoice,
  s1: Tensors,
  version: string,
  batch: string,
  earlyStop: number
): Promise<void> {
  const prompt = need(s1, 'in.prompt')
  const reference = ints(need(s1, 'in.phones_ref'))
  const start = prompt.shape[0] as number
  for (let k = 0; s1.has(`batch.${k}.phones`); k++) {
    const phones = vector([...reference, ...ints(need(s1, `batch.${k}.phones`))])
    const bert = joinColumns(need(s1, 'in.bert'), reference.length, need(s1, `batch.${k}.bert_target`))
    const out = await voice.probe('generate', { phones, bert, prompt, ...sampling(1.35, earlyStop) })
    const tokens = ints(out['tokens'] as Tensor)
    const single = ints(need(s1, `${batch}.${k}.single_y`)).slice(start)
    const batched = ints(need(s1, `${batch}.${k}.y`)).slice(start)
    report.equal(`s1.${version}.${batch}.${k}.single`, tokens, single)
    report.equal(`s1.${version}.${batch}.${k}`, tokens.slice(0, batched.length), batched)
  }
}

/** The first `count` columns of a [rows, n] tensor beside another [rows, m] one. */
function joinColumns(left: Tensor, count: number, right: Tensor): Tensor {
  const rows = left.shape[0] as number
  const [a, b] = [left.shape[1] as number, right.shape[1] as number]
  const data = new Float32Array(rows * (count + b))
  for (let r = 0; r < rows; r++) {
    data.set(floats(left).subarray(r * a, r * a + count), r * (count + b))
    data.set(floats(right).subarray(r * b, (r + 1) * b), r * (count + b) + count)
  }
  return { shape: [rows, count + b], data }
}

/** The checkpoint whose EOS wins too early once, which must be suppressed, and then ends the sentence. */
async function checkEnding({ report, file }: Context, voice: ProbedVoice): Promise<void> {
  const s1 = file('s1_v2')
  const eos = file('s1_v2_eos')
  const prompt = need(s1, 'in.prompt')
  const phones = vector([...ints(need(s1, 'in.phones_ref')), ...ints(need(s1, 'in.phones'))])
  const out = await voice.probe('generate', { phones, bert: need(s1, 'in.bert'), prompt, ...sampling(1.35, 60) })
  const expected = ints(need(eos, 'greedy.y')).slice(prompt.shape[0])
  report.equal('s1.v2_eos.greedy', ints(out['tokens'] as Tensor), expected)
  report.equal('s1.v2_eos.greedy.idx', ints(out['steps'] as Tensor), ints(need(eos, 'greedy.idx')))
  await checkBatch(report, voice, s1, 'v2', 'batch_eos', 60)
}

async function checkAcoustic({ report, file }: Context, voice: ProbedVoice, version: string): Promise<void> {
  const s2 = file(`s2_${version}`)
  const audio = file('audio')
  const names = ['ref_32k_mono', 'ref_44k_stereo']
  const references = names.map((name) => need(audio, `${name}.spec`))
  const isPro = (proVersions as readonly string[]).includes(version)
  const speakers = isPro ? names.map((name) => need(file('sv'), `${name}.embedding`)) : []
  const decode = (name: string, count: number, noiseScale: number, speed: number) => {
    const noise = s2.get(`${name}.noise`)
    return voice.probe('decode', {
      ...Object.fromEntries(references.slice(0, count).map((spec, i) => [`spectrogram.${i}`, spec])),
      ...Object.fromEntries(speakers.slice(0, count).map((speaker, i) => [`speaker.${i}`, speaker])),
      ...(noise ? { noise } : {}),
      codes: need(s2, 'codes'),
      text: need(s2, 'text'),
      noise_scale: scalar(noiseScale),
      speed: scalar(speed)
    })
  }
  const base = await decode('base', 1, 0.5, 1)
  for (const stage of ['ge', 'm_p', 'logs_p', 'z', 'wav']) {
    const expected = floats(need(s2, `base.${stage}`))
    report.close(`s2.${version}.base.${stage}`, floats(base[stage] as Tensor), expected, TOLERANCE)
  }
  const others: [string, number, number, number][] = [
    ['noise_scale0', 1, 0, 1],
    ['speed0.8', 1, 0.5, 0.8],
    ['speed1.25', 1, 0.5, 1.25],
    ['two_refs', 2, 0.5, 1]
  ]
  for (const [name, count, noiseScale, speed] of others) {
    const out = await decode(name, count, noiseScale, speed)
    const expected = floats(need(s2, `${name}.wav`))
    report.close(`s2.${version}.${name}.wav`, floats(out['wav'] as Tensor), expected, TOLERANCE)
  }
}
