import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Tensor } from '../../binding.js'
import type { Report } from './report.js'
import { floats, ints, need, readSafetensors, scalar, type Tensors } from './safetensors.js'
import { ProbedVoice, unpackCheckpoints } from './voices.js'

const SOLA = 1e-5
const DECODED = 1e-5
const LATENT = 1e-5
const QUIETNESS = 1e-6
const PCM_STEPS = 2
const FULL_SCALE = 32768

interface SolaCase {
  readonly kind: 'sola'
  readonly case: number
  readonly overlap: number
  readonly search: number
  readonly offsets: readonly number[]
  readonly in_lengths: readonly number[]
}
interface RunCase {
  readonly kind: 'run'
  readonly case: number
  readonly gpt: string
  readonly early_stop_num: number
  readonly fixed_length_chunk: boolean
  readonly min_chunk_length: number
  readonly overlap_length: number
  readonly speed_factor: number
  readonly token_chunks: readonly number[]
  readonly yielded_samples: readonly number[]
}

/** Parts of sentences and their joins against a folder of the layout of `goldens/streaming`, which lies beside `core`. */
export async function checkStreaming(dir: string, report: Report): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'gsv-parity-'))
  const { cases } = JSON.parse(readFileSync(join(dir, 'manifest.json'), 'utf8')) as { cases: (SolaCase | RunCase)[] }
  const golden = readSafetensors(join(dir, 'streaming.safetensors'))
  const voices = new Map<string, ProbedVoice>()
  try {
    const checkpoints = join(scratch, 'checkpoints')
    unpackCheckpoints(join(dir, '..', 'core', 'checkpoints'), checkpoints)
    for (const { gpt } of cases.filter((item) => item.kind === 'run')) {
      if (!voices.has(gpt))
        voices.set(gpt, await ProbedVoice.load(checkpoints, gpt, 'sovits_v2.pth', join(scratch, gpt)))
    }
    const [any] = voices.values()
    for (const item of cases) {
      if (item.kind === 'sola') await checkSola(report, golden, any as ProbedVoice, item)
      else await checkRun(report, golden, voices.get(item.gpt) as ProbedVoice, item)
    }
  } finally {
    for (const voice of voices.values()) voice.release()
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** Each offset is told by the length of what it joins. */
async function checkSola(report: Report, golden: Tensors, voice: ProbedVoice, item: SolaCase): Promise<void> {
  const name = `sola.${item.case}`
  const fragments = item.in_lengths.map((_, i) => [`fragment.${i}`, need(golden, `${name}.in.${i}`)] as const)
  const settings = { overlap: scalar(item.overlap), search: scalar(item.search) }
  const offsets: number[] = []
  let joined = floats((fragments[0] as (typeof fragments)[0])[1])
  for (let count = 2; count <= fragments.length; count++) {
    const before = joined.length
    const out = await voice.probe('join', { ...settings, ...Object.fromEntries(fragments.slice(0, count)) })
    joined = floats(out['joined'] as Tensor)
    offsets.push(before + (item.in_lengths[count - 1] as number) - item.overlap - joined.length)
  }
  report.equal(`${name}.offsets`, offsets, item.offsets)
  report.closeAbsolute(`${name}.out`, joined, floats(need(golden, `${name}.out`)), SOLA)
}

async function checkRun(report: Report, golden: Tensors, voice: ProbedVoice, item: RunCase): Promise<void> {
  const name = `run.${item.case}`
  const out = await voice.probe('chunked', inputsOf(golden, item))
  report.closeAbsolute(
    `${name}.quietness`,
    floats(out['quietness'] as Tensor),
    floats(need(golden, 'mute_sim')),
    QUIETNESS
  )
  checkTokens(report, golden, out, item)
  const pieces = item.yielded_samples.slice(0, -1) // the last one is the pause
  report.equal(
    `${name}.lengths`,
    pieces.map((_, i) => (out[`samples.${i}`] as Tensor).shape[0] as number),
    pieces
  )
  for (let i = 0; i < pieces.length; i++) {
    const wave = floats(out[`samples.${i}`] as Tensor).map((sample) => sample * FULL_SCALE)
    report.closeAbsolute(`${name}.pcm16.${i}`, wave, floats(need(golden, `${name}.pcm16.${i}`)), PCM_STEPS)
    const latent = golden.get(`${name}.latent.${i}`)
    if (!latent) continue
    report.close(`${name}.latent.${i}`, floats(out[`latent.${i}`] as Tensor), floats(latent), LATENT)
    // Of a chunk that is too short, more of the past is decoded and dropped at once.
    const decoded = floats(out[`decoded.${i}`] as Tensor)
    const expected = floats(need(golden, `${name}.decoded.${i}`)).slice(-decoded.length)
    report.closeAbsolute(`${name}.decoded.${i}`, decoded, expected, DECODED)
  }
}

/** What each chunk was decoded from: the last one's tokens are those that no chunk before it had. */
function checkTokens(report: Report, golden: Tensors, out: Readonly<Record<string, Tensor>>, item: RunCase): void {
  const last = item.token_chunks.length - 1
  const all = ints(out['tokens'] as Tensor)
  item.token_chunks.forEach((length, i) => {
    const expected = ints(need(golden, `run.${item.case}.tokens.${i}`))
    const actual = i < last ? ints(out[`tokens.${i}`] as Tensor) : all.slice(all.length - length)
    report.equal(`run.${item.case}.tokens.${i}`, actual, expected)
  })
}

function inputsOf(golden: Tensors, item: RunCase): Record<string, Tensor> {
  const phones = [...ints(need(golden, 'in.phones_ref')), ...ints(need(golden, 'in.phones'))]
  const text = need(golden, 'in.phones')
  const noise = item.token_chunks.flatMap((_, i) => {
    const tensor = golden.get(`run.${item.case}.noise.${i}`)
    return tensor ? [[`noise.${i}`, tensor] as const] : []
  })
  return {
    phones: { shape: [phones.length], data: BigInt64Array.from(phones, BigInt) },
    text: { ...text, shape: [1, ...text.shape] },
    prompt: need(golden, 'in.prompt'),
    bert: need(golden, 'in.bert'),
    spectrogram: need(golden, 'in.spec'),
    early_stop: scalar(item.early_stop_num),
    repetition_penalty: scalar(1.35),
    speed: scalar(item.speed_factor),
    noise_scale: scalar(0.5),
    fixed: scalar(item.fixed_length_chunk ? 1 : 0),
    chunk_tokens: scalar(item.min_chunk_length),
    overlap_tokens: scalar(item.overlap_length),
    ...Object.fromEntries(noise)
  }
}
