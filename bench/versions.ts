// npm run bench:versions -- FOLDER [VERSION...]: the table of docs/versions.md, from a folder of bench/make_versions.py. Every
// number is of a process of its own, one after the other; times are wall-clock, with processor time beside them in the JSON.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { GptSovits, type GptSovitsConfig, importVoice } from '../lib/index.js'
import { packageRoot } from '../lib/package-root.cjs'

const versions = ['v1', 'v2', 'v2Pro', 'v2ProPlus', 'v3', 'v4'] as const
type Version = (typeof versions)[number]

const tokens = 125
const reference = { audio: join(packageRoot, 'test/fixtures/voice/reference.wav'), text: 'What the reference says.' }

function sourcesOf(folder: string, version: Version) {
  const file = (name: string): string => join(folder, name)
  const vocoder = { v3: 'bigvgan', v4: 'vocoder.pth' }[version as string]
  return {
    gpt: file(version === 'v1' ? 'gpt_v1.ckpt' : 'gpt_v2.ckpt'),
    sovits: file(`${version}.pth`),
    hubert: file('hubert'),
    ...(version.startsWith('v2Pro') && { speaker: file('speaker.ckpt') }),
    ...(vocoder !== undefined && { vocoder: file(vocoder) })
  }
}

interface Times {
  readonly seconds: Readonly<Record<string, number>>
  readonly cpuSeconds: Readonly<Record<string, number>>
  readonly peakBytes: number
  /** Of the speech. */
  readonly duration?: number
}

/** Runs steps one after the other and notes how long each takes. */
class Clock {
  readonly seconds: Record<string, number> = {}
  readonly cpuSeconds: Record<string, number> = {}

  async time<T>(name: string, step: () => Promise<T>): Promise<T> {
    const [begun, cpu] = [performance.now(), process.cpuUsage()]
    const result = await step()
    const { user, system } = process.cpuUsage(cpu)
    this.seconds[name] = (performance.now() - begun) / 1000
    this.cpuSeconds[name] = (user + system) / 1e6
    return result
  }

  end(duration?: number): Times {
    const peakBytes = process.resourceUsage().maxRSS * 1024
    return { seconds: this.seconds, cpuSeconds: this.cpuSeconds, peakBytes, ...(duration && { duration }) }
  }
}

async function measureImport(folder: string, version: Version, out: string): Promise<Times> {
  const clock = new Clock()
  await clock.time('import', () => importVoice(sourcesOf(folder, version), out))
  return clock.end()
}

async function measureSpeech(voice: string): Promise<Times> {
  const clock = new Clock()
  const config: GptSovitsConfig = { voice }
  const tts = new GptSovits(config)
  await clock.time('open', () => tts.ready)
  const prepared = await clock.time('reference', () => tts.prepare(reference))
  const say = () =>
    tts.synthesize('Every version says the same sentence.', prepared, { maxTokens: tokens, pause: 0, seed: 1 })
  await clock.time('first', say)
  const speech = await clock.time('sentence', say)
  await tts.dispose()
  return clock.end(speech.duration)
}

function inProcess(...args: string[]): Times {
  const script = fileURLToPath(import.meta.url)
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', 'tsx', script, ...args], {
    encoding: 'utf8'
  })
  if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}`)
  return JSON.parse(stdout) as Times
}

function measure(folder: string, chosen: readonly Version[]): void {
  const began = performance.now()
  const load = loadavg()[0] ?? 0
  const rows: Record<string, { imported: Times; spoken: Times }> = {}
  const scratch = mkdtempSync(join(tmpdir(), 'gsv-bench-versions-'))
  try {
    for (const version of chosen) {
      const voice = join(scratch, version)
      const imported = inProcess('import', folder, version, voice)
      rows[version] = { imported, spoken: inProcess('speak', voice) }
      rmSync(voice, { recursive: true })
      process.stderr.write(`${version} after ${((performance.now() - began) / 1000).toFixed(0)} s\n`)
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
  const loads = `load ${load.toFixed(1)} before, ${(loadavg()[0] ?? 0).toFixed(1)} after`
  process.stdout.write(`${availableParallelism()} cores, ${loads}; ${tokens} tokens\n\n${table(rows)}\n`)
  mkdirSync('out', { recursive: true })
  writeFileSync('out/bench-versions.json', `${JSON.stringify({ load, rows }, null, 2)}\n`)
}

function table(rows: Readonly<Record<string, { imported: Times; spoken: Times }>>): string {
  const heads = [
    'import',
    'open',
    'reference',
    'sentence',
    "of the speech's length",
    'memory importing',
    'memory speaking'
  ]
  const lines = Object.entries(rows).map(([version, { imported, spoken }]) => {
    const seconds = (value = NaN): string => `${value.toFixed(value < 10 ? 1 : 0)} s`
    const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`
    const { open, reference, sentence = NaN } = spoken.seconds
    const ratio = (sentence / (spoken.duration ?? NaN)).toFixed(2)
    const times = [imported.seconds['import'], open, reference, sentence].map(seconds)
    return `| ${[version, ...times, ratio, ...[imported, spoken].map((each) => gigabytes(each.peakBytes))].join(' | ')} |`
  })
  return [`| | ${heads.join(' | ')} |`, `|${'---|'.repeat(heads.length + 1)}`, ...lines].join('\n')
}

const [first = '', ...rest] = process.argv.slice(2)
if (first === 'import' || first === 'speak') {
  const [folder = '', version, out = ''] = rest
  const times = first === 'import' ? await measureImport(folder, version as Version, out) : await measureSpeech(folder)
  process.stdout.write(JSON.stringify(times))
  process.exit(0)
}
const unknown = rest.find((name) => !versions.some((version) => version === name))
if (first === '' || unknown !== undefined) {
  console.error(
    `usage: npm run bench:versions -- FOLDER [${versions.join(' ')}]   (a folder of bench/make_versions.py)`
  )
  process.exit(2)
}
measure(first, rest.length > 0 ? (rest as Version[]) : versions)
