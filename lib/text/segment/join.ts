import type { Label } from './detect.js'
import { append, joinEqual, type Part, type Run } from './runs.js'

/** A part this many times shorter than its neighbours gives way to them. */
const MUCH_SHORTER = 10

/** Neighbouring runs of one kind become one run. */
function joinKinds(runs: readonly Run[]): Run[] {
  const joined: Run[] = []
  for (const run of runs) {
    const last = joined.at(-1)
    if (last && last.kind === run.kind) last.parts.push(...run.parts)
    else joined.push(run)
  }
  return joined
}

/** Marks go to the run before them; at the start of the text to the one after, which gives its label. */
export function joinPunctuation(runs: Iterable<Run>): Run[] {
  const joined: Run[] = []
  // Kinds and labels are joined on the way: a text may be a million runs of one character.
  for (const run of runs) {
    const last = joined.at(-1)
    if (last?.kind === 'punctuation') {
      const [first, ...rest] = run.parts
      append(last.parts.at(-1)!, first!)
      last.parts.at(-1)!.label = first!.label
      addParts(last, rest)
      last.kind = run.kind
    } else if (last && run.kind === 'punctuation') append(last.parts.at(-1)!, run.parts[0]!)
    else if (last && last.kind === run.kind) addParts(last, run.parts)
    else joined.push({ kind: run.kind, parts: joinEqual(run.parts) })
  }
  return joined
}

function addParts(run: Run, parts: readonly Part[]): void {
  for (const part of parts) {
    const last = run.parts.at(-1)!
    if (last.label === part.label) append(last, part)
    else run.parts.push(part)
  }
}

/** Line breaks go to the run before them; the part after a line break stays apart even if its label is the same. */
export function joinNewlines(runs: readonly Run[]): Run[] {
  const joined: Run[] = []
  for (const run of runs) {
    const last = joined.at(-1)
    if (last && (last.kind === 'newline' || run.kind === 'newline')) {
      if (last.kind === 'newline') last.kind = run.kind
      last.parts.push(...run.parts)
    } else joined.push(run)
  }
  const merged = joinKinds(joined)
  for (const run of merged) run.parts = attachNewlines(run.parts)
  return merged
}

function attachNewlines(parts: readonly Part[]): Part[] {
  const joined: Part[] = []
  let previous: Label | undefined
  for (const part of parts) {
    const { label } = part
    const last = joined.at(-1)
    if (last && (label === 'newline' || label === previous)) append(last, part)
    else joined.push(part)
    previous = label
  }
  return joined
}

const isHanLabel = (label: Label): boolean => label === 'zh' || label === 'ja'

interface Merged {
  readonly parts: Part[]
  /** Characters by label, of the parts that were visited. */
  readonly lengths: ReadonlyMap<Label, number>
}

function joinShort(parts: readonly Part[]): Merged {
  const joined: Part[] = []
  const lengths = new Map<Label, number>()
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index]!
    lengths.set(part.label, (lengths.get(part.label) ?? 0) + part.length)
    const last = joined.at(-1)
    const next = parts[index + 1]
    const isMovable = isHanLabel(part.label) || part.label === 'x'
    if (!last && next && isHanLabel(next.label) && isMovable && part.length * MUCH_SHORTER < next.length) {
      joined.push({ label: next.label, text: part.text + next.text, length: part.length + next.length })
      index++
    } else if (last && !next && isHanLabel(last.label) && isMovable && part.length * MUCH_SHORTER < last.length) {
      append(last, part)
    } else if (
      last &&
      next &&
      last.label === next.label &&
      isHanLabel(last.label) &&
      part.length * MUCH_SHORTER < last.length + next.length
    ) {
      append(last, part)
      append(last, next)
      index++
    } else joined.push(part)
  }
  return { parts: joined, lengths }
}

/** Evens out a run of Han and kana: very short parts join, unknown ones take the commonest label. */
export function evenOut(parts: readonly Part[]): Part[] {
  if (parts.length === 1) return [...parts]
  const { parts: joined, lengths } = joinShort(parts)
  const count = (label: Label): number => lengths.get(label) ?? 0
  if (count('x') > 0) {
    const order: readonly Label[] = ['zh', 'ja', 'x', 'digit', 'punctuation', 'newline']
    const commonest = order.reduce((best, label) => (count(label) > count(best) ? label : best))
    for (const part of joined) if (part.label === 'x') part.label = commonest
  }
  if (count('ja') >= count('zh') * MUCH_SHORTER) for (const part of joined) if (part.label === 'zh') part.label = 'ja'
  return joinEqual(joined)
}
