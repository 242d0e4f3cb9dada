import { setTimeout } from 'node:timers/promises'
import { median } from './median.js'
import { type Answer, type Peer, Reader } from './readers.js'
import { characters, variants } from './texts.js'

/** Texts that a process has read when it meets one that it never saw. */
const TEXTS_BEFORE = 3000
/** The same for a process whose hot code is all compiled, and how many it then reads: all different. */
const TEXTS_BEFORE_STEADY = 20_000
const STEADY_TEXTS = 2000
/** Opens every table of English, which each mode reads: a process that has run for a while has them open. */
const OPENING = 'Siobhan read the 1st blorptastic page of a microblogging CEO.'

interface Times {
  /** Texts read again and again: what is kept between texts is there. */
  readonly again: number
  /** Texts that were never read, by a process that has read many others: a program that has run for a while. */
  readonly unseen: number
  /** Many texts that were never read, all different, by a process that has read very many others. */
  readonly steady: number
  /** The same texts by a process that has read one other: its tables are there, its code is not compiled. */
  readonly cold: number
}

/** Characters per second. */
export interface Speed extends Times {
  /** Upstream's, texts read again. */
  readonly upstream?: number
  /** Upstream's, texts never seen, after a third as many others. */
  readonly upstreamUnseen?: number
  readonly upstreamFailed?: number
  readonly ratios?: Times
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
  const before = [OPENING, ...variants(others, TEXTS_BEFORE)]
  const longBefore = [OPENING, ...variants(others, TEXTS_BEFORE_STEADY)]
  const steadyTexts = variants(timed, STEADY_TEXTS)
  const reader = peer?.modes.includes(mode) ? peer.reader : undefined
  const ours = Reader.ours()
  const repeat = await warmUp(mode, timed, ours)
  // Upstream remembers no text, but its first reading, too, meets cold memory.
  await reader?.read(mode, others)
  const upstreamFirst = await reader?.read(mode, timed)
  const taken: Record<keyof Times, number[]> = { again: [], unseen: [], steady: [], cold: [] }
  const upstream: Answer[] = []
  const upstreamSteady: Answer[] = []
  for (let run = 0; run < runs; run++) {
    taken.again.push((await ours.read(mode, times(repeat, timed))).seconds / repeat)
    if (reader) upstream.push(await reader.read(mode, timed))
    taken.steady.push(await firstTime(mode, longBefore, steadyTexts))
    if (reader) upstreamSteady.push(await reader.read(mode, steadyTexts))
    taken.unseen.push(await firstTime(mode, before, timed))
    taken.cold.push(await firstTime(mode, others.slice(0, 1), timed))
  }
  ours.stop()
  const count = characters(timed)
  const seconds = medians(taken)
  const own = {
    again: count / seconds.again,
    unseen: count / seconds.unseen,
    steady: characters(steadyTexts) / seconds.steady,
    cold: count / seconds.cold
  }
  if (!upstreamFirst) return own
  const theirs = median(upstream.map((answer) => answer.seconds))
  return {
    ...own,
    upstream: count / theirs,
    upstreamUnseen: count / upstreamFirst.seconds,
    upstreamFailed: upstreamFirst.failed,
    ratios: {
      again: theirs / seconds.again,
      unseen: upstreamFirst.seconds / seconds.unseen,
      steady: median(upstreamSteady.map((answer) => answer.seconds)) / seconds.steady,
      cold: theirs / seconds.cold
    }
  }
}

function medians({ again, unseen, steady, cold }: Record<keyof Times, readonly number[]>): Times {
  return { again: median(again), unseen: median(unseen), steady: median(steady), cold: median(cold) }
}
