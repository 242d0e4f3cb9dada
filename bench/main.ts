// npm run bench -- --peer DIR_OF_UPSTREAM [--python PY] [--json] [--rounds N] [--threads N]
// s1, s2 and whole speech on the same full-size random voice as upstream's own code, taking turns in one run; medians.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { importVoice } from '../lib/index.js'
import { packageRoot } from '../lib/package-root.cjs'
import { frontend } from '../lib/voice-text.js'
import { median, print, type Report, signalToNoise } from './report.js'
import {
  type Answer,
  type OurRequest,
  type PeerRequest,
  type Precision,
  PROMPT_TEXT,
  ROWS,
  type Sentence,
  SECONDS,
  TEXT,
  TOKENS
} from './requests.js'
import { Side } from './side.js'

const { values } = parseArgs({
  options: {
    peer: { type: 'string' },
    python: { type: 'string', default: process.env['PYTHON'] ?? 'python3' },
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
    voice: { type: 'string' },
    json: { type: 'boolean', default: false }
  }
})
const rounds = Number(values.rounds)
const reference = join(packageRoot, 'test', 'fixtures', 'voice', 'reference.wav')
/** Of the reference, 4 s long. */
const PROMPT = 100

async function sentence(): Promise<Sentence> {
  const phonesOf = async (text: string): Promise<number[]> => {
    const phones: number[] = []
    for await (const piece of frontend().pieces(text, { language: 'en', version: 'v2', cut: 'cut0' })) {
      phones.push(...piece.phoneIds)
    }
    return phones
  }
  const text = await phonesOf(TEXT)
  const random = (count: number): number[] => Array.from({ length: count }, (_, i) => (i * 7919 + 13) % 1024)
  return { text, phones: [...(await phonesOf(PROMPT_TEXT)), ...text], prompt: random(PROMPT), codes: random(TOKENS) }
}

/** What is measured, in the order of a round: the peer and we take turns. Seconds of each. */
function measures(ours: Side<OurRequest>, peer: Side<PeerRequest> | undefined, given: Sentence) {
  const { phones, text, prompt, codes } = given
  let seed = 0
  const tokens = { measure: 'tokens' as const, phones, prompt, steps: TOKENS }
  const wave = { measure: 'wave' as const, phones: text, codes }
  const speech = () => ({ measure: 'speech' as const, phones, prompt, text, steps: TOKENS, seed: ++seed })
  const perToken = ({ decode, tokens: count }: Answer): number => (decode as number) / (count as number)
  const perSpeech = ({ seconds, audio }: Answer): number => ((seconds as number) * SECONDS) / (audio as number)
  const we = (request: PeerRequest, precision: Precision, rows = 1) => ours.measure({ ...request, precision, rows })
  const all: Record<string, () => Promise<Record<string, number>>> = {}
  if (peer) {
    all['peer s1'] = async () => {
      const answer = await peer.measure(tokens)
      return { 'peer s1_decode': perToken(answer), 'peer s1_prefill': answer['prefill'] as number }
    }
  }
  all['s1 fp16'] = async () => {
    const answer = await we(tokens, 'fp16')
    return { s1_decode_fp16: perToken(answer), s1_prefill: answer['prefill'] as number }
  }
  all['s1 int8'] = async () => ({ s1_decode_int8: perToken(await we(tokens, 'int8')) })
  all['s1 batch'] = async () => ({ s1_batch8_int8: perToken(await we(tokens, 'int8', ROWS)) })
  if (peer) all['peer s2'] = async () => ({ 'peer s2_v2': (await peer.measure(wave))['seconds'] as number })
  all['s2'] = async () => ({ s2_v2: (await we(wave, 'fp16'))['seconds'] as number })
  if (peer) all['peer speech'] = async () => ({ 'peer end_to_end': perSpeech(await peer.measure(speech())) })
  all['speech fp16'] = async () => ({ end_to_end_fp16: perSpeech(await we(speech(), 'fp16')) })
  all['speech int8'] = async () => ({ end_to_end_int8: perSpeech(await we(speech(), 'int8')) })
  return all
}

const peerOf: Readonly<Record<string, string>> = {
  s1_decode_fp16: 'peer s1_decode',
  s1_decode_int8: 'peer s1_decode',
  s1_batch8_int8: 'peer s1_decode',
  s1_prefill: 'peer s1_prefill',
  s2_v2: 'peer s2_v2',
  end_to_end_fp16: 'peer end_to_end',
  end_to_end_int8: 'peer end_to_end'
}

async function waveformError(ours: Side<OurRequest>, peer: Side<PeerRequest>, given: Sentence): Promise<number> {
  const request = { measure: 'wave' as const, phones: given.text, codes: given.codes }
  const files = { ours: join(scratch, 'ours.f32'), peer: join(scratch, 'peer.f32') }
  await ours.measure({ ...request, to: files.ours, precision: 'fp16', rows: 1 })
  await peer.measure({ ...request, to: files.peer })
  const samples = (file: string): Float32Array => new Float32Array(Uint8Array.from(readFileSync(file)).buffer)
  return signalToNoise(samples(files.peer), samples(files.ours))
}

function makeVoice(folder: string): void {
  const made = spawnSync(values.python, [join(packageRoot, 'bench', 'make_voice.py'), folder], { stdio: 'inherit' })
  if (made.status !== 0) throw new Error(`${values.python} could not make the voice; it needs numpy and torch`)
}

async function compare(voice: string, modules: string): Promise<Report> {
  const { threads } = values
  const environment = { OMP_NUM_THREADS: threads }
  const ours = await Side.start<OurRequest>({
    command: process.execPath,
    args: ['--import', 'tsx', join(packageRoot, 'bench', 'ours.ts'), modules, reference, threads],
    env: environment
  })
  const program = { command: values.python, args: [join(packageRoot, 'bench', 'peer.py')], env: environment }
  const peer =
    values.peer === undefined
      ? undefined
      : await Side.start<PeerRequest>({ ...program, args: [...program.args, values.peer, voice, threads] })
  try {
    const given = await sentence()
    const times: Record<string, number[]> = {}
    for (let round = -1; round < rounds; round++) {
      for (const measure of Object.values(measures(ours, peer, given))) {
        // The first round warms up.
        for (const [name, seconds] of Object.entries(await measure()))
          if (round >= 0) (times[name] ??= []).push(seconds)
      }
    }
    const seconds = Object.fromEntries(Object.entries(times).map(([name, list]) => [name, median(list)]))
    const ratio = ([name, other]: [string, string]): [string, number] => [
      name,
      (seconds[other] as number) / (seconds[name] as number)
    ]
    return {
      cpu: cpus()[0]?.model ?? 'unknown',
      threads: Number(threads),
      rounds,
      phones: given.phones.length,
      seconds,
      ...(peer && {
        peer: peer.about,
        ratios: Object.fromEntries(Object.entries(peerOf).map(ratio)),
        s2SignalToNoise: await waveformError(ours, peer, given)
      })
    }
  } finally {
    ours.stop()
    peer?.stop()
  }
}

const scratch = mkdtempSync(join(tmpdir(), 'gsv-bench-'))
try {
  const voice = values.voice ?? scratch
  if (!existsSync(join(voice, 'voice.ckpt'))) makeVoice(voice)
  const modules = join(scratch, 'modules')
  const files = { gpt: join(voice, 'voice.ckpt'), sovits: join(voice, 'voice.pth'), hubert: join(voice, 'hubert') }
  await importVoice(files, modules)
  const report = await compare(voice, modules)
  if (values.json) console.log(JSON.stringify(report))
  else print(report)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
