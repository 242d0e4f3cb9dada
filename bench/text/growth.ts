import { median } from './median.js'
import { Reader } from './readers.js'

export interface Growth {
  readonly seconds: number
  readonly secondsOfTwice: number
  readonly factor: number
  /** Megabytes above what the tables hold. */
  readonly memory: number
}

/** One text of so many bytes read without cutting, then one twice as long, each the second of its process. */
export async function growth(mode: string, texts: readonly string[], size: number): Promise<Growth> {
  const all = texts.join(' ')
  const text = (megabytes: number): string => {
    const bytes = Buffer.from(all.repeat(Math.ceil((megabytes * 1e6) / Buffer.byteLength(all))))
    return bytes.subarray(0, megabytes * 1e6).toString()
  }
  const [once, twice]: [number[], number[]] = [[], []]
  let memory = 0
  for (let run = 0; run < 3; run++) {
    for (const [times, seconds] of [
      [once, 1],
      [twice, 2]
    ] as const) {
      const reader = Reader.ours()
      const { resident } = await reader.read(mode, texts)
      const { seconds: taken, peak } = await reader.read(mode, [text(size * seconds)], true)
      times.push(taken)
      if (seconds === 1) memory = Math.max(memory, peak - resident)
      reader.stop()
    }
  }
  const [seconds, secondsOfTwice] = [median(once), median(twice)]
  return { seconds, secondsOfTwice, factor: secondsOfTwice / seconds, memory }
}
