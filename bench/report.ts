import { COMPARED, CPU } from './measures.js'
import { ROWS } from './requests.js'

export interface Report {
  readonly cpu: string
  readonly threads: number
  readonly rounds: number
  /** Of the machine at the end, over 1, 5 and 15 minutes. */
  readonly load: readonly number[]
  /** Of flow matching, v3 and v4. */
  readonly sampleSteps: number
  /** Medians: of a token for s1_decode and s1_batch8, of a sentence for the others; after `cpu `, of processor time. */
  readonly seconds: Readonly<Record<string, number>>
  /** Seconds of speech of a row's sentence. */
  readonly lengths: Readonly<Record<string, number>>
  readonly peers?: Readonly<Record<string, unknown>>
  /** How many times as fast as the peer. */
  readonly ratios?: Readonly<Record<string, number>>
  /** The same of processor time, end to end. */
  readonly cpuRatios?: Readonly<Record<string, number>>
  /** Of s2's samples against upstream's, decibels. */
  readonly s2SignalToNoise?: number
}

export function median(list: readonly number[]): number {
  return [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] as number
}

/** In decibels. */
export function signalToNoise(wanted: Float32Array, got: Float32Array): number {
  if (wanted.length !== got.length) throw new Error(`${got.length} samples, ${wanted.length} wanted`)
  let signal = 0
  let noise = 0
  wanted.forEach((value, i) => {
    signal += value ** 2
    noise += (value - (got[i] as number)) ** 2
  })
  return 10 * Math.log10(signal / noise)
}

function rate(name: string, seconds: number, length: number): string {
  if (name.includes('s1_decode') || name.includes('s1_batch')) return `${(1 / seconds).toFixed(1)} tokens/s`
  return name.includes('prefill') ? '' : `factor ${(seconds / length).toFixed(3)}`
}

export function print(report: Report): void {
  const { cpu, threads, rounds, load, sampleSteps, seconds, lengths, peers, ratios, cpuRatios, s2SignalToNoise } =
    report
  console.log(`${cpu}, ${threads} threads, median of ${rounds} rounds, load ${load.map((l) => l.toFixed(1)).join(' ')}`)
  if (peers) console.log(`peers: ${JSON.stringify(peers)}; upstream's own code, eager, float32`)
  const row = (...cells: string[]): void =>
    console.log(
      cells
        .map((cell) => cell.padEnd(30))
        .join('')
        .trimEnd()
    )
  row('', 'seconds', '', 'cores it got')
  for (const [name, value] of Object.entries(seconds)) {
    if (name.startsWith(CPU)) continue
    const cpu = seconds[CPU + name]
    const cores = cpu === undefined ? '' : (cpu / value).toFixed(2)
    row(name, value.toFixed(4), rate(name, value, lengths[name] ?? 1), cores)
  }
  if (ratios) row('times as fast', '', 'in processor time', 'as')
  for (const [name, ratio] of Object.entries(ratios ?? {})) {
    row(name, ratio.toFixed(2), cpuRatios?.[name]?.toFixed(2) ?? '', COMPARED[name]?.[1] ?? '')
  }
  console.log(`s1_batch8: ${ROWS} sentences at once, all their tokens counted`)
  const flow = lengths['v3_end_to_end'] ?? lengths['v4_end_to_end']
  if (flow !== undefined) console.log(`v3, v4: ${flow} s of speech, ${sampleSteps} sampling steps on both sides`)
  if (s2SignalToNoise !== undefined)
    console.log(`s2 against upstream: ${s2SignalToNoise.toFixed(1)} dB signal to noise`)
}
