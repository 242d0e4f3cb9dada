// One version beside its peers: starts the sides, lets them take turns, stops them.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../lib/package-root.cjs'
import { measures, type Sides } from './measures.js'
import { median, signalToNoise } from './report.js'
import type { OurRequest, PeerRequest, Precision, Sentence, Version } from './requests.js'
import { Side } from './side.js'

export interface Setting {
  readonly version: Version
  /** Ours, of all versions but v2, which is measured in both. */
  readonly precision: Precision
  readonly modules: string
  readonly voice: string
  readonly scratch: string
  readonly python: string
  readonly peer: string | undefined
  readonly genie: string | undefined
  readonly threads: string
  readonly rounds: number
  readonly sampleSteps: number
}

export interface Compared {
  /** Medians. */
  readonly seconds: Readonly<Record<string, number>>
  readonly about: Readonly<Record<string, unknown>>
  readonly s2SignalToNoise?: number
}

const reference = join(packageRoot, 'test', 'fixtures', 'voice', 'reference.wav')
const script = (name: string): string => join(packageRoot, 'bench', name)

async function start(setting: Setting): Promise<Sides> {
  const { version, modules, voice, threads, peer, genie, python } = setting
  const env = { OMP_NUM_THREADS: threads }
  const program = (command: string, args: string[]) => ({ command, args, env })
  const precisions = version === 'v2' ? 'fp16,int8' : setting.precision
  const our = ['--import', 'tsx', script('ours.ts'), modules, reference, threads, precisions]
  const ours = await Side.start<OurRequest>(program(process.execPath, our))
  const others: Record<string, Side<PeerRequest>> = {}
  try {
    if (peer !== undefined) {
      others['upstream'] = await Side.start(program(python, [script('peer.py'), peer, voice, version, threads]))
    }
    if (genie !== undefined && version === 'v2') {
      others['genie'] = await Side.start(program(genie, [script('genie_peer.py'), voice, threads]))
    }
  } catch (error) {
    for (const side of [ours, ...Object.values(others)]) side.stop()
    throw error
  }
  return { ours, ...others }
}

async function waveformError({ ours, upstream }: Sides, sentence: Sentence, scratch: string): Promise<number> {
  const request = { measure: 'wave' as const, phones: sentence.textPhones, codes: sentence.codes }
  const files = { ours: join(scratch, 'ours.f32'), upstream: join(scratch, 'upstream.f32') }
  await ours.measure({ ...request, to: files.ours, precision: 'fp16', rows: 1, sentence: sentence.text })
  await upstream?.measure({ ...request, to: files.upstream })
  const samples = (file: string): Float32Array => new Float32Array(Uint8Array.from(readFileSync(file)).buffer)
  return signalToNoise(samples(files.upstream), samples(files.ours))
}

/** A round warms up, with as few sampling steps as there may be; the others count. */
async function rounds(setting: Setting, sides: Sides, sentence: Sentence): Promise<Record<string, number[]>> {
  const fewest = { ...setting, sampleSteps: Math.min(setting.sampleSteps, 4) }
  for (const measure of measures(fewest, sides, sentence)) await measure()
  const times: Record<string, number[]> = {}
  const all = measures(setting, sides, sentence)
  for (let round = 0; round < setting.rounds; round++) {
    for (const measure of all) {
      for (const [name, seconds] of Object.entries(await measure())) (times[name] ??= []).push(seconds)
    }
  }
  return times
}

export async function compare(setting: Setting, sentence: Sentence): Promise<Compared> {
  const sides = await start(setting)
  try {
    const times = await rounds(setting, sides, sentence)
    const seconds = Object.fromEntries(Object.entries(times).map(([name, list]) => [name, median(list)]))
    const about = { ...sides.upstream?.about, ...sides.genie?.about }
    if (setting.version !== 'v2' || !sides.upstream) return { seconds, about }
    return { seconds, about, s2SignalToNoise: await waveformError(sides, sentence, setting.scratch) }
  } finally {
    for (const side of Object.values(sides) as Side<never>[]) side.stop()
  }
}
