import { availableParallelism } from 'node:os'
import type { Binding, Tensor, VoiceHandle } from '../binding.js'
import { GptSovits } from './gpt-sovits.js'
import { engine, run } from './native.js'
import { type GptSovitsConfig, resolveConfig } from './options.js'
import type { Speech } from './speech/index.js'
import { networksOf, openVoice } from './store/index.js'
import type { ReferenceInput } from './types.js'

/** A sentence of usual length: phones of the reference's text and its own, semantic tokens of either (25 a second). */
const PHONES = 80
const PROMPT = 100
const TOKENS = 125
const TOKENS_PER_SECOND = 25
const TEXT = 'The quick brown fox jumps over the lazy dog near the quiet river bank today.'
const ROUNDS = 5
const TOGETHER = 8

/** How fast a voice is on this machine; medians. Shares are of what the machine measured just before could do at most. */
export interface Benchmark {
  readonly version: string
  readonly threads: number
  readonly precision: string
  /** Fused multiply-adds from registers, operations a second, and memory read, bytes a second. */
  readonly machine: { readonly operationsPerSecond: number; readonly bytesPerSecond: number }
  /** Seconds until the first token. */
  readonly prefillSeconds: number
  readonly tokensPerSecond: number
  /** Of the memory's speed, for the weights alone. Above 1 where they stay in cache. */
  readonly tokensShare: number
  /** Samples of one sentence: seconds for each second of sound, and the generator's share of the multiply-adds. */
  readonly acoustic?: { readonly realTimeFactor: number; readonly operationsPerSecond: number; readonly share: number }
  /** Sentences with a prepared reference; when a reference was given. */
  readonly speech?: SpeechBenchmark
  /** Seconds to load the voice when the system has its files in memory. */
  readonly loadSeconds: number
  /** Most memory that the process held so far, LibTorch included. */
  readonly peakBytes: number
}

interface SpeechBenchmark {
  /** One sentence, and seconds for each second of its sound. */
  readonly seconds: number
  readonly audioSeconds: number
  readonly realTimeFactor: number
  /** Seconds until the first part of a sentence is there; where the version speaks in parts. */
  readonly firstSoundSeconds?: number
  /** Eight such sentences at once: seconds for each second of sound. */
  readonly togetherRealTimeFactor: number
}

/**
 * Measures a voice on this machine. Other programs that run at the time count against it.
 * @throws the same as loading the voice and preparing the reference.
 */
export async function benchmark(config: GptSovitsConfig, reference?: ReferenceInput): Promise<Benchmark> {
  // First: what the stages measure the machine with needs memory of its own.
  const { loadSeconds, speech } = await measureVoice(config, reference)
  const peakBytes = process.resourceUsage().maxRSS * 1024
  return { ...(await measureStages(config)), loadSeconds, peakBytes, ...(speech && { speech }) }
}

type Stages = Omit<Benchmark, 'speech' | 'loadSeconds' | 'peakBytes'>

const ids = (count: number, below: number, shape: readonly number[] = [count]): Tensor => ({
  shape,
  data: BigInt64Array.from({ length: count }, (_, i) => BigInt((i * 7919 + 13) % below))
})
const number = (value: number): Tensor => ({ shape: [], data: Float64Array.of(value) })

async function measureStages(config: GptSovitsConfig): Promise<Stages> {
  const resolved = resolveConfig(config)
  const addon = await engine(resolved.nativeBinding)
  const modules = await openVoice(addon, resolved, new AbortController().signal)
  const { threads, device, precision, maxMemory, keepLoaded } = resolved
  const { voice } = await run<{ voice: VoiceHandle }>((job) =>
    addon.loadVoice(job, { ...networksOf(modules), threads, device, precision, maxMemory, keepLoaded })
  )
  try {
    const stages = await timed(new Probe(addon, voice), modules.fftSize)
    return { version: modules.version.name, threads: threads || availableParallelism(), precision, ...stages }
  } finally {
    addon.release(voice)
  }
}

async function timed(probe: Probe, fftSize: number): Promise<Omit<Stages, 'version' | 'threads' | 'precision'>> {
  const limits = await probe.numbers('machine', {})
  const machine = {
    operationsPerSecond: limits['operations_per_second'] as number,
    bytesPerSecond: limits['bytes_per_second'] as number
  }
  const sentence = { phones: ids(PHONES, 300), prompt: ids(PROMPT, 1024), rows: number(1), steps: number(TOKENS) }
  const tokens = await probe.rounds(async () => {
    const out = await probe.numbers('token_speed', sentence)
    const {
      decode_seconds: seconds = 0,
      tokens: count = 0,
      prefill_seconds: prefill = 0,
      weight_bytes: bytes = 0
    } = out
    return { prefill, tokensPerSecond: count / seconds, bytes }
  })
  const tokensPerSecond = median(tokens.map((round) => round.tokensPerSecond))
  const bytes = tokens[0]?.bytes ?? 0
  const acoustic = await measureAcoustic(probe, fftSize, machine.operationsPerSecond)
  return {
    machine,
    prefillSeconds: median(tokens.map(({ prefill }) => prefill)),
    tokensPerSecond,
    tokensShare: (tokensPerSecond * bytes) / machine.bytesPerSecond,
    ...(acoustic && { acoustic })
  }
}

/** Of versions whose second stage can be run on given codes; undefined for the others. */
async function measureAcoustic(probe: Probe, fftSize: number, peak: number): Promise<Benchmark['acoustic']> {
  const size = await probe.numbers('generator_size', { tokens: number(TOKENS) }).catch(() => undefined)
  if (!size) return undefined
  const bins = fftSize / 2 + 1
  const inputs = {
    'spectrogram.0': { shape: [1, bins, 250], data: new Float32Array(bins * 250).map((_, i) => Math.abs(Math.sin(i))) },
    codes: ids(TOKENS, 1024, [1, 1, TOKENS]),
    text: ids(PHONES, 300, [1, PHONES]),
    speed: number(1),
    noise_scale: number(0.5)
  }
  const seconds = median(
    await probe.rounds(async () => {
      const begun = performance.now()
      await probe.run('decode', inputs)
      return (performance.now() - begun) / 1000
    })
  )
  const operationsPerSecond = (size['operations'] as number) / seconds
  const realTimeFactor = (seconds * TOKENS_PER_SECOND) / TOKENS
  return { realTimeFactor, operationsPerSecond, share: operationsPerSecond / peak }
}

async function measureVoice(config: GptSovitsConfig, reference: ReferenceInput | undefined) {
  const cold = new GptSovits(config)
  await cold.ready
  await cold.dispose()
  const begun = performance.now()
  await using tts = new GptSovits(config)
  const { streamsTokens } = await tts.ready
  const loadSeconds = secondsSince(begun)
  return { loadSeconds, speech: reference && (await measureSpeech(tts, reference, streamsTokens)) }
}

async function measureSpeech(tts: GptSovits, reference: ReferenceInput, inParts: boolean): Promise<SpeechBenchmark> {
  const prepared = await tts.prepare(reference)
  const say = (seed: number) => timedSpeech(() => tts.synthesize(TEXT, prepared, { seed, pause: 0 }))
  await say(0) // warms up
  const all: Awaited<ReturnType<typeof say>>[] = []
  for (let seed = 1; seed <= ROUNDS; seed++) all.push(await say(seed))
  const middle = all.sort((a, b) => a.realTimeFactor - b.realTimeFactor)[Math.floor(ROUNDS / 2)] as (typeof all)[number]
  const begun = performance.now()
  const together = await Promise.all(Array.from({ length: TOGETHER }, (_, seed) => say(seed)))
  const togetherRealTimeFactor = secondsSince(begun) / together.reduce((sum, { audioSeconds }) => sum + audioSeconds, 0)
  if (!inParts) return { ...middle, togetherRealTimeFactor }
  const firsts: number[] = []
  for (let seed = 1; seed <= ROUNDS; seed++) {
    const asked = performance.now()
    const parts = tts.stream(TEXT, prepared, { seed, chunks: 'fixed-token' })
    await parts.next()
    firsts.push(secondsSince(asked))
    await parts.return()
  }
  return { ...middle, togetherRealTimeFactor, firstSoundSeconds: median(firsts) }
}

async function timedSpeech(speak: () => Promise<Speech>) {
  const begun = performance.now()
  const { duration: audioSeconds } = await speak()
  const seconds = secondsSince(begun)
  return { seconds, audioSeconds, realTimeFactor: seconds / audioSeconds }
}

const secondsSince = (begun: number): number => (performance.now() - begun) / 1000

/** Stages of a loaded voice, run alone. */
class Probe {
  constructor(
    private readonly addon: Binding,
    private readonly voice: VoiceHandle
  ) {}

  async run(stage: string, tensors: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> {
    const done = await run<{ tensors: Record<string, Tensor> }>((job) =>
      this.addon.probe(job, { voice: this.voice, stage, tensors })
    )
    return done.tensors
  }

  async numbers(stage: string, tensors: Readonly<Record<string, Tensor>>): Promise<Record<string, number>> {
    const out = await this.run(stage, tensors)
    return Object.fromEntries(Object.entries(out).map(([name, { data }]) => [name, Number(data[0])]))
  }

  /** All rounds but the first, which warms up. */
  async rounds<T>(measure: () => Promise<T>): Promise<T[]> {
    await measure()
    const all: T[] = []
    for (let round = 0; round < ROUNDS; round++) all.push(await measure())
    return all
  }
}

function median(list: readonly number[]): number {
  return [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN
}
