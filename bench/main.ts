// npm run bench [-- --gpt F --sovits F --hubert DIR] [--json] [--threads N] [--runs N]
// s1 and s2 on the same modules as Python torch eager, taking turns in one run; medians.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import type { Binding, Tensor, VoiceHandle } from '../binding.js'
import { GptSovits, importVoice } from '../lib/index.js'
import { engine, run } from '../lib/native.js'
import { packageRoot } from '../lib/package-root.cjs'

const fixture = join(packageRoot, 'test', 'fixtures', 'voice')
const { values } = parseArgs({
  options: {
    gpt: { type: 'string', default: join(fixture, 'voice.ckpt') },
    sovits: { type: 'string', default: join(fixture, 'voice.pth') },
    hubert: { type: 'string', default: join(fixture, 'hubert') },
    ref: { type: 'string', default: join(fixture, 'reference.wav') },
    threads: { type: 'string', default: String(availableParallelism()) },
    runs: { type: 'string', default: '5' },
    python: { type: 'string', default: process.env['PYTHON'] ?? 'python3' },
    json: { type: 'boolean', default: false }
  }
})
const threads = Number(values.threads)
const runs = Number(values.runs)

// The shapes of bench/peer.py: a sentence of 60 phones, a reference of 5 s, 5 s of speech.
const PHONES = 60
const PROMPT = 125
const TOKENS = 125
const SECONDS = TOKENS / 25

type Measure = 'prefill' | 'decode' | 's2'
const measures: readonly Measure[] = ['prefill', 'decode', 's2']

/** Python torch eager on the same modules; undefined when Python or torch is not installed. */
class Peer {
  private constructor(
    private readonly child: ChildProcess,
    private readonly lines: AsyncIterator<string>,
    readonly about: { torch: string; threads: number }
  ) {}

  static async start(modules: string): Promise<Peer | undefined> {
    const child = spawn(values.python, [join(packageRoot, 'bench', 'peer.py'), modules, String(threads)], {
      stdio: ['pipe', 'pipe', 'ignore']
    })
    child.on('error', () => undefined)
    if (!child.stdout) return undefined
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const first = await lines.next()
    if (first.done) return undefined
    return new Peer(child, lines, JSON.parse(first.value) as { torch: string; threads: number })
  }

  async measure(name: Measure): Promise<number> {
    this.child.stdin?.write(`${name}\n`)
    const line = await this.lines.next()
    if (line.done) throw new Error('the Python side ended')
    return Number(line.value)
  }

  stop(): void {
    this.child.stdin?.end()
  }
}

const random = (count: number, below: number): Tensor => {
  const data = BigInt64Array.from({ length: count }, (_, i) => BigInt((i * 7919 + 13) % below))
  return { shape: [count], data }
}

/** Our side, on the stages that the parity tests use. */
class Ours {
  private constructor(
    private readonly addon: Binding,
    private readonly voice: VoiceHandle,
    private readonly spectrogram: Tensor
  ) {}

  static async load(modules: string, precision: string): Promise<Ours> {
    const addon = await engine()
    const networks = {
      s1: join(modules, 's1.pt'),
      s2: join(modules, 's2.pt'),
      hubert: join(modules, 'hubert.pt'),
      bert: '',
      speaker: '',
      vocoder: ''
    }
    const format = { version: 'v2', sampleRate: 32000, fftSize: 2048, hop: 640 }
    const request = { ...networks, ...format, threads, device: 'cpu', precision }
    const { voice } = await run<{ voice: VoiceHandle }>((job) => addon.loadVoice(job, request))
    const data = new Float32Array(1025 * 250).map((_, i) => Math.abs(Math.sin(i)))
    return new Ours(addon, voice, { shape: [1, 1025, 250], data })
  }

  release(): void {
    this.addon.release(this.voice)
  }

  async measure(name: Measure): Promise<number> {
    if (name === 's2') return this.#timed('decode', await this.#decodeInputs())
    const prefill = await this.#logits(0)
    return name === 'prefill' ? prefill : (await this.#logits(TOKENS)) - prefill
  }

  async #logits(tokens: number): Promise<number> {
    const bert: Tensor = { shape: [1024, PHONES], data: new Float32Array(1024 * PHONES) }
    const inputs = { phones: random(PHONES, 300), prompt: random(PROMPT, 1024), tokens: random(tokens, 1024), bert }
    return this.#timed('logits', inputs)
  }

  async #decodeInputs(): Promise<Record<string, Tensor>> {
    return {
      'spectrogram.0': this.spectrogram,
      codes: { ...random(TOKENS, 1024), shape: [1, 1, TOKENS] },
      text: { ...random(PHONES, 300), shape: [1, PHONES] },
      speed: { shape: [], data: Float64Array.of(1) },
      noise_scale: { shape: [], data: Float64Array.of(0.5) }
    }
  }

  async #timed(stage: string, tensors: Record<string, Tensor>): Promise<number> {
    const begun = performance.now()
    await run((job) => this.addon.probe(job, { voice: this.voice, stage, tensors }))
    return (performance.now() - begun) / 1000
  }
}

interface Report {
  readonly cpu: string
  readonly threads: number
  readonly runs: number
  readonly peer: { readonly torch: string; readonly threads: number } | null
  readonly seconds: Readonly<Record<string, Readonly<Record<Measure, number>>>>
  readonly tokensPerSecond: Readonly<Record<string, number>>
  readonly s2RealTimeFactor: Readonly<Record<string, number>>
  readonly endToEnd: { readonly seconds: number; readonly audioSeconds: number; readonly realTimeFactor: number }
  readonly ratios?: Readonly<Record<string, number>> | undefined
  readonly peakMemoryMegabytes: number
}

function median(list: readonly number[]): number {
  return [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] as number
}

async function alternate(sides: Record<string, (name: Measure) => Promise<number>>) {
  const times: Record<string, Record<Measure, number[]>> = {}
  for (const side of Object.keys(sides)) times[side] = { prefill: [], decode: [], s2: [] }
  for (let i = -1; i < runs; i++) {
    for (const name of measures) {
      for (const [side, measure] of Object.entries(sides)) {
        const seconds = await measure(name)
        if (i >= 0) times[side]?.[name].push(seconds) // the first round warms up
      }
    }
  }
  return Object.fromEntries(
    Object.entries(times).map(([side, by]) => [
      side,
      { prefill: median(by.prefill), decode: median(by.decode), s2: median(by.s2) }
    ])
  )
}

async function endToEnd(voice: string): Promise<{ seconds: number; audioSeconds: number }> {
  await using tts = new GptSovits({ voice, threads })
  const prepared = await tts.prepare({ audio: values.ref, text: 'What the reference says.' })
  const text = 'The quick brown fox jumps over the lazy dog near the river bank.'
  const once = async (seed: number) => {
    const begun = performance.now()
    const speech = await tts.synthesize(text, prepared, { seed, maxTokens: TOKENS, pause: 0 })
    return { seconds: (performance.now() - begun) / 1000, audioSeconds: speech.duration }
  }
  await once(0)
  const all = []
  for (let i = 1; i <= runs; i++) all.push(await once(i))
  return all.sort((a, b) => a.seconds / a.audioSeconds - b.seconds / b.audioSeconds)[
    Math.floor(runs / 2)
  ] as (typeof all)[0]
}

function print(report: Report): void {
  const { cpu, peer, seconds, tokensPerSecond, s2RealTimeFactor, endToEnd: whole } = report
  console.log(`${cpu}, ${report.threads} threads, median of ${report.runs}`)
  console.log(
    peer ? `peer: Python torch ${peer.torch} eager on the same modules` : 'peer: Python torch is not installed'
  )
  const row = (...cells: string[]): void => console.log(cells.map((cell) => cell.padEnd(18)).join(''))
  row('', 'prefill s', 's1 tokens/s', 's2 real-time factor')
  for (const [side, by] of Object.entries(seconds)) {
    row(
      side,
      by.prefill.toFixed(3),
      (tokensPerSecond[side] ?? NaN).toFixed(1),
      (s2RealTimeFactor[side] ?? NaN).toFixed(3)
    )
  }
  for (const [name, ratio] of Object.entries(report.ratios ?? {})) row(name, `${ratio.toFixed(2)} x peer`)
  row(
    'end to end',
    `${whole.seconds.toFixed(2)} s for ${whole.audioSeconds.toFixed(1)} s, factor ${whole.realTimeFactor.toFixed(2)}`
  )
  row('peak memory', `${report.peakMemoryMegabytes} MB`)
}

const scratch = mkdtempSync(join(tmpdir(), 'gsv-bench-'))
try {
  const { gpt, sovits, hubert } = values
  await importVoice({ gpt, sovits, hubert }, scratch)
  const peer = await Peer.start(scratch)
  const ours = await Ours.load(scratch, 'fp32')
  const half = await Ours.load(scratch, 'fp16')
  const times = await alternate({
    fp32: (name) => ours.measure(name),
    fp16: (name) => half.measure(name),
    ...(peer ? { torch: (name: Measure) => peer.measure(name) } : {})
  })
  peer?.stop()
  ours.release()
  half.release()
  const whole = await endToEnd(scratch)
  const report: Report = {
    cpu: cpus()[0]?.model ?? 'unknown',
    threads,
    runs,
    peer: peer?.about ?? null,
    seconds: times,
    tokensPerSecond: Object.fromEntries(Object.entries(times).map(([side, by]) => [side, TOKENS / by.decode])),
    s2RealTimeFactor: Object.fromEntries(Object.entries(times).map(([side, by]) => [side, by.s2 / SECONDS])),
    endToEnd: { ...whole, realTimeFactor: whole.seconds / whole.audioSeconds },
    ratios: times['torch'] && {
      s1_decode: times['torch'].decode / (times['fp32']?.decode ?? NaN),
      s1_decode_fp16: times['torch'].decode / (times['fp16']?.decode ?? NaN),
      s1_prefill: times['torch'].prefill / (times['fp32']?.prefill ?? NaN),
      s2_v2: times['torch'].s2 / (times['fp32']?.s2 ?? NaN)
    },
    peakMemoryMegabytes: Math.round(process.resourceUsage().maxRSS / 1024)
  }
  if (values.json) console.log(JSON.stringify(report))
  else print(report)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
