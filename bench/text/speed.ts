import { setTimeout } from 'node:timers/promises'
import { median } from './median.js'
import { type Answer, type Peer, Reader } from './readers.js'
import { characters, variants } from './texts.js'

/** Texts that a process has read when it meets one that it never saw. */
const TEXTS_BEFORE = 3000

export interface Speed {
  /** Characters per second, texts read again and again: what is kept between texts is there. */
  readonly again: number
  /** Texts that were never read, by a process that has read many others: a program that has run for a while. */
  readonly unseen: number
  /** The same texts by a process that has read one other: its tables are there, its code is not compiled. */
  readonly cold: number
  /** Upstream's, texts read again. */
  readonly upstream?: number
  /** Upstream's, texts never seen, after a third as many others. */
  readonly upstreamUnseen?: number
  readonly upstreamFailed?: number
  readonly ratios?: { readonly again: number; readonly unseen: number; readonly cold: number }
}

const times = (count: number, texts: readonly string[]): string[] => Array<readonly string[]>(count).fill(texts).flat()

/** As often as takes about a second: the clock, the collector and the compiler need that long to even out. */
async function warmUp(mode: string, texts: readonly string[], reader: Reader): Promise<number> {
  let repeat = 1
  for (let warm = 0; warm < 5; warm++) {
    const { seconds } = await reader.read(mode, times(repeat, texts))
    repeat = Math.max(1, Math.round(repeat / Math.max(seconds, 0.005)))
  }
  return repeat
}

/** Seconds for texts that a process reads for the first time, after others. */
async function firstTime(mode: string, others: readonly string[], texts: readonly string[]): Promise<number> {
  const reader = Reader.ours()
  await reader.read(mode, others)
  // What the compiler began on the others' account it ends before the clock starts.
  await setTimeout(300)
  const { seconds } = await reader.read(mode, texts)
  reader.stop()
  return seconds
}

/** A third of the texts makes ready; the others are timed, in turns with upstream, which remembers nothing. */
export async function speed(
  mode: string,
  texts: readonly string[],
  runs: number,
  peer: Peer | undefined
): Promise<Speed> {
  const others = texts.filter((_unused, index) => index % 3 === 0)
  const timed = texts.filter((_unused, index) => index % 3 !== 0)
  const before = variants(others, TEXTS_BEFORE)
  const reader = peer?.modes.includes(mode) ? peer.reader : undefined
  const ours = Reader.ours()
  const repeat = await warmUp(mode, timed, ours)
  // Upstream remembers no text, but its first reading, too, meets cold memory.
  await reader?.read(mode, others)
  const upstreamFirst = await reader?.read(mode, timed)
  const taken = { again: [] as number[], unseen: [] as number[], cold: [] as number[] }
  const upstream: Answer[] = []
  for (let run = 0; run < runs; run++) {
    taken.again.push((await ours.read(mode, times(repeat, timed))).seconds / repeat)
    if (reader) upstream.push(await reader.read(mode, timed))
    taken.unseen.push(await firstTime(mode, before, timed))
    taken.cold.push(await firstTime(mode, others.slice(0, 1), timed))
  }
  ours.stop()
  const count = characters(timed)
  const each = (of: (seconds: number) => number): { again: number; unseen: number; cold: number } => ({
    again: of(median(taken.again)),
    unseen: of(median(taken.unseen)),
    cold: of(median(taken.cold))
  })
  const own = each((seconds) => count / seconds)
  if (!upstreamFirst) return own
  const theirs = median(upstream.map(({ seconds }) => seconds))
  return {
    ...own,
    upstream: count / theirs,
    upstreamUnseen: count / upstreamFirst.seconds,
    upstreamFailed: upstreamFirst.failed,
    ratios: { ...each((seconds) => theirs / seconds), unseen: upstreamFirst.seconds / median(taken.unseen) }
  }
}
