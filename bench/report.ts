import { ROWS, SECONDS } from './requests.js'

export interface Report {
  readonly cpu: string
  readonly threads: number
  readonly rounds: number
  /** Of the reference's text and the sentence. */
  readonly phones: number
  /** Medians: of a token for s1_decode and s1_batch8, of a sentence of 5 s for the others. */
  readonly seconds: Readonly<Record<string, number>>
  readonly peer?: Readonly<Record<string, unknown>>
  /** How many times as fast as upstream. */
  readonly ratios?: Readonly<Record<string, number>>
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

export function print({ cpu, threads, rounds, phones, seconds, peer, ratios, s2SignalToNoise }: Report): void {
  console.log(`${cpu}, ${threads} threads, median of ${rounds} rounds, ${phones} phones, ${SECONDS} s of speech`)
  if (peer) console.log(`peer: upstream's own code, torch ${String(peer['torch'])} eager, float32`)
  const row = (...cells: string[]): void =>
    console.log(
      cells
        .map((cell) => cell.padEnd(20))
        .join('')
        .trimEnd()
    )
  row('', 'seconds', '', ...(ratios ? ['x upstream'] : []))
  for (const [name, value] of Object.entries(seconds)) {
    const isToken = name.includes('s1_decode') || name.includes('s1_batch')
    const rate = isToken
      ? `${(1 / value).toFixed(1)} tokens/s`
      : name.includes('prefill')
        ? ''
        : `factor ${(value / SECONDS).toFixed(3)}`
    const ratio = ratios?.[name]
    row(name, value.toFixed(4), rate, ...(ratio === undefined ? [] : [ratio.toFixed(2)]))
  }
  console.log(`s1_batch8: ${ROWS} sentences at once, all their tokens counted`)
  if (s2SignalToNoise !== undefined)
    console.log(`s2 against upstream: ${s2SignalToNoise.toFixed(1)} dB signal to noise`)
}
