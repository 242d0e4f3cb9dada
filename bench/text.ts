// npm run bench:text [-- --peer UPSTREAM_DIR --python PY] [--modes zh,ja] [--runs N] [--megabytes N] [--json]
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
    this.#child.stdin?.write(`${JSON.stringify(whole ? { mode, texts, whole } : { mode, texts })}\n`)
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
  readonly ours: number
  readonly upstream?: number
  readonly upstreamFailed?: number
  readonly ratio?: number
}

/** Ours reads the texts as often as takes about a second, since its clock and collector need that long to even out. */
async function speed(mode: string, texts: readonly string[], ours: Reader, peer: Peer | undefined): Promise<Speed> {
  let repeat = 1
  for (let warm = 0; warm < 4; warm++) {
    const { seconds } = await ours.read(mode, Array(repeat).fill(texts).flat() as string[])
    repeat = Math.max(1, Math.round(repeat / Math.max(seconds, 0.005)))
  }
  const many = Array(repeat).fill(texts).flat() as string[]
  const isPeered = peer?.modes.includes(mode) ?? false
  if (isPeered) await peer?.reader.read(mode, texts)
  const [own, upstream]: [number[], Answer[]] = [[], []]
  for (let run = 0; run < Number(values.runs); run++) {
    own.push((await ours.read(mode, many)).seconds / repeat)
    if (peer && isPeered) upstream.push(await peer.reader.read(mode, texts))
  }
  const count = characters(texts)
  if (upstream.length === 0) return { ours: count / median(own) }
  const theirs = median(upstream.map(({ seconds }) => seconds))
  return {
    ours: count / median(own),
    upstream: count / theirs,
    upstreamFailed: upstream[0]?.failed,
    ratio: theirs / median(own)
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
  readonly speed: Speed
  readonly cold: { readonly milliseconds: number; readonly resident: number }
  readonly growth: Growth
}

function print(rows: Readonly<Record<string, Row>>): void {
  const whole = (value: number | undefined): string =>
    value === undefined ? '-' : Math.round(value).toLocaleString('en')
  const head = ['mode', 'chars/s', 'upstream', 'ratio', 'cold ms', 'MB', '1 part s', '2 parts', 'growth', 'MB above']
  const lines = Object.entries(rows).map(
    ([
      mode,
      {
        speed: { ours, upstream, ratio },
        cold: start,
        growth: long
      }
    ]) => [
      mode,
      whole(ours),
      whole(upstream),
      ratio?.toFixed(1) ?? '-',
      whole(start.milliseconds),
      whole(start.resident),
      long.seconds.toFixed(2),
      long.secondsOfTwice.toFixed(2),
      long.factor.toFixed(2),
      whole(long.memory)
    ]
  )
  for (const line of [head, ...lines]) console.log(line.map((cell) => cell.padStart(10)).join(''))
}

async function main(): Promise<void> {
  const peer = values.peer === undefined ? undefined : await startPeer(values.peer)
  const rows: Record<string, Row> = {}
  for (const mode of values.modes.split(',')) {
    const texts = textsOf(mode)
    const ours = Reader.ours()
    const fast = await speed(mode, texts, ours, peer)
    ours.stop()
    rows[mode] = { speed: fast, cold: await cold(mode, texts), growth: await growth(mode, texts) }
  }
  peer?.reader.stop()
  const about = { cpu: cpus()[0]?.model ?? '', node: process.version, megabytes: Number(values.megabytes) }
  if (values.json) console.log(JSON.stringify({ ...about, modes: rows }))
  else {
    console.log(`${about.cpu}, Node ${about.node}; long texts of ${about.megabytes} and ${2 * about.megabytes} MB`)
    print(rows)
  }
}

await main()
