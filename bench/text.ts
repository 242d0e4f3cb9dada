// npm run bench:text [-- --peer UPSTREAM_DIR --python PY] [--modes zh,ja] [--parts speed,cold,growth] [--runs N]
//   [--megabytes N] [--json]
// The text frontend's speed, cold start, memory and growth; with --peer the public Python project's, taking turns.
// Needs `npm run build`, the addon and the dictionaries. Speeds are by processor time, in characters of the input.
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { packageRoot } from '../lib/package-root.cjs'

const { values } = parseArgs({
  options: {
    peer: { type: 'string' },
    python: { type: 'string', default: process.env['PYTHON'] ?? 'python3' },
    modes: { type: 'string', default: 'zh,en,ja,ko,yue,auto' },
    parts: { type: 'string', default: 'speed,cold,growth' },
    runs: { type: 'string', default: '5' },
    megabytes: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false }
  }
})

const FILES: Readonly<Record<string, string>> = {
  zh: 'text-zh/mandarin.jsonl',
  en: 'text/english.jsonl',
  ja: 'text/japanese.jsonl',
  ko: 'text/korean.jsonl',
  yue: 'text-zh/cantonese.jsonl',
  auto: 'text/segments.jsonl'
}

function textsOf(mode: string): string[] {
  const file = FILES[mode]
  if (!file) throw new Error(`--modes: ${mode} is none of ${Object.keys(FILES).join(', ')}`)
  const lines = readFileSync(join(packageRoot, 'test', 'fixtures', file), 'utf8')
    .trim()
    .split('\n')
  return [...new Set(lines.map((line) => (JSON.parse(line) as { text: string }).text))]
}

interface Answer {
  readonly seconds: number
  /** Texts that could not be read. */
  readonly failed?: number
  /** Milliseconds since the process began. */
  readonly age: number
  /** Megabytes. */
  readonly resident: number
  readonly peak: number
}

/** A process that reads texts when asked, one line in and one line out. */
class Reader {
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>

  constructor(command: string, args: readonly string[]) {
    this.#child = spawn(command, args, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, PYTHONHASHSEED: '0' }
    })
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]()
  }

  static ours(): Reader {
    return new Reader(process.execPath, [join(packageRoot, 'bench', 'text-worker.mjs')])
  }

  async line<T>(): Promise<T> {
    const line = await this.#lines.next()
    if (line.done) throw new Error(`${this.#child.spawnfile} ended`)
    return JSON.parse(line.value) as T
  }

  async read(mode: string, texts: readonly string[], whole = false): Promise<Answer> {
    this.#child.stdin?.write(`${JSON.stringify({ mode, texts, ...(whole && { whole }) })}\n`)
    return this.line<Answer>()
  }

  stop(): void {
    this.#child.stdin?.end()
  }
}

interface Peer {
  readonly reader: Reader
  readonly modes: readonly string[]
}

async function startPeer(folder: string): Promise<Peer> {
  const model = join(packageRoot, 'lib', 'text', 'data', 'langseg', 'lid.176.ftz')
  const reader = new Reader(values.python, [join(packageRoot, 'bench', 'text_peer.py'), folder, model])
  return { reader, modes: (await reader.line<{ modes: string[] }>()).modes }
}

const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]!
const characters = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + [...text].length, 0)

interface Speed {
  /** Texts read again and again, as in a long-running program. */
  readonly ours: number
  /** The same texts read for the first time, by a process that has read a third as many others. */
  readonly first: number
  readonly upstream?: number
  readonly upstreamFailed?: number
  readonly ratio?: number
  readonly ratioFirst?: number
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

async function firstTime(mode: string, others: readonly string[], texts: readonly string[]): Promise<number> {
  const reader = Reader.ours()
  await warmUp(mode, others, reader)
  const { seconds } = await reader.read(mode, texts)
  reader.stop()
  return seconds
}

/** A third of the texts makes ready; the others are timed, in turns with upstream, which remembers nothing. */
async function speed(mode: string, texts: readonly string[], ours: Reader, peer: Peer | undefined): Promise<Speed> {
  const others = texts.filter((_unused, index) => index % 3 === 0)
  const timed = texts.filter((_unused, index) => index % 3 !== 0)
  const reader = peer?.modes.includes(mode) ? peer.reader : undefined
  const repeat = await warmUp(mode, timed, ours)
  await reader?.read(mode, timed)
  const [again, first, upstream]: [number[], number[], Answer[]] = [[], [], []]
  for (let run = 0; run < Number(values.runs); run++) {
    again.push((await ours.read(mode, times(repeat, timed))).seconds / repeat)
    if (reader) upstream.push(await reader.read(mode, timed))
    first.push(await firstTime(mode, others, timed))
  }
  const count = characters(timed)
  const own = { ours: count / median(again), first: count / median(first) }
  if (upstream.length === 0) return own
  const theirs = median(upstream.map(({ seconds }) => seconds))
  return {
    ...own,
    upstream: count / theirs,
    upstreamFailed: upstream[0]?.failed,
    ratio: theirs / median(again),
    ratioFirst: theirs / median(first)
  }
}

/** Milliseconds from the process's begin to its first phones, and what it then holds. */
async function cold(mode: string, texts: readonly string[]): Promise<{ milliseconds: number; resident: number }> {
  const ages: Answer[] = []
  for (let run = 0; run < Number(values.runs); run++) {
    const reader = Reader.ours()
    ages.push(await reader.read(mode, texts.slice(0, 1)))
    reader.stop()
  }
  return {
    milliseconds: median(ages.map(({ age }) => age)),
    resident: median(ages.map(({ resident }) => resident))
  }
}

interface Growth {
  readonly seconds: number
  readonly secondsOfTwice: number
  readonly factor: number
  /** Megabytes above what the tables hold. */
  readonly memory: number
}

/** One text of so many bytes read without cutting, then one twice as long, each the second of its process. */
async function growth(mode: string, texts: readonly string[]): Promise<Growth> {
  const all = texts.join(' ')
  const text = (megabytes: number): string => {
    const bytes = Buffer.from(all.repeat(Math.ceil((megabytes * 1e6) / Buffer.byteLength(all))))
    return bytes.subarray(0, megabytes * 1e6).toString()
  }
  const size = Number(values.megabytes)
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

interface Row {
  readonly speed?: Speed
  readonly cold?: { readonly milliseconds: number; readonly resident: number }
  readonly growth?: Growth
}

const COLUMNS: readonly (readonly [head: string, cell: (row: Row) => number | undefined, digits: number])[] = [
  ['chars/s', (row) => row.speed?.ours, 0],
  ['first', (row) => row.speed?.first, 0],
  ['upstream', (row) => row.speed?.upstream, 0],
  ['ratio', (row) => row.speed?.ratio, 1],
  ['first', (row) => row.speed?.ratioFirst, 1],
  ['cold ms', (row) => row.cold?.milliseconds, 0],
  ['MB', (row) => row.cold?.resident, 0],
  ['1 part s', (row) => row.growth?.seconds, 2],
  ['2 parts', (row) => row.growth?.secondsOfTwice, 2],
  ['growth', (row) => row.growth?.factor, 2],
  ['MB above', (row) => row.growth?.memory, 0]
]

function print(rows: Readonly<Record<string, Row>>): void {
  const line = (cells: readonly string[]): void => console.log(cells.map((cell) => cell.padStart(10)).join(''))
  line(['mode', ...COLUMNS.map(([head]) => head)])
  for (const [mode, row] of Object.entries(rows)) {
    const cells = COLUMNS.map(([, cell, digits]) => {
      const format = { minimumFractionDigits: digits, maximumFractionDigits: digits }
      return cell(row)?.toLocaleString('en', format) ?? '-'
    })
    line([mode, ...cells])
  }
}

async function measure(mode: string, parts: readonly string[], peer: Peer | undefined): Promise<Row> {
  const texts = textsOf(mode)
  const ours = Reader.ours()
  const fast = parts.includes('speed') ? await speed(mode, texts, ours, peer) : undefined
  ours.stop()
  return {
    ...(fast && { speed: fast }),
    ...(parts.includes('cold') && { cold: await cold(mode, texts) }),
    ...(parts.includes('growth') && { growth: await growth(mode, texts) })
  }
}

async function main(): Promise<void> {
  const peer = values.peer === undefined ? undefined : await startPeer(values.peer)
  const rows: Record<string, Row> = {}
  for (const mode of values.modes.split(',')) rows[mode] = await measure(mode, values.parts.split(','), peer)
  peer?.reader.stop()
  const about = { cpu: cpus()[0]?.model ?? '', node: process.version, megabytes: Number(values.megabytes) }
  if (values.json) console.log(JSON.stringify({ ...about, modes: rows }))
  else {
    console.log(`${about.cpu}, Node ${about.node}; long texts of ${about.megabytes} and ${2 * about.megabytes} MB`)
    print(rows)
  }
}

await main()
