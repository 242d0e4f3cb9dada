// npm run bench:memory -- FOLDER: what memory a voice of v2 takes with every network loaded, from a folder that
// `python bench/make_voice.py FOLDER v2 bert` wrote. Each precision is a process of its own.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { GptSovits, importVoice } from '../lib/index.js'
import { packageRoot } from '../lib/package-root.cjs'

const precisions = ['fp16', 'int8', 'fp32'] as const
type Precision = (typeof precisions)[number]

const reference = { audio: join(packageRoot, 'test/fixtures/voice/reference.wav'), text: 'What the reference says.' }
const sentences = [
  ['Chinese', 'zh', '今天天气很好，我们一起去公园散步吧，晚上再看电影。'],
  ['English', 'en', 'The quick brown fox jumps over the lazy dog near the quiet river bank today.']
] as const

interface Step {
  readonly what: string
  readonly seconds: number
  /** Resident, of the whole process: now, and at most so far. */
  readonly bytes: number
  readonly peakBytes: number
}

async function measure(voice: string, precision: Precision): Promise<Step[]> {
  const steps: Step[] = []
  const step = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    const begun = performance.now()
    const result = await work()
    const seconds = (performance.now() - begun) / 1000
    steps.push({ what, seconds, bytes: process.memoryUsage.rss(), peakBytes: process.resourceUsage().maxRSS * 1024 })
    return result
  }
  await using tts = new GptSovits({ voice, precision })
  await step('voice', () => tts.ready)
  const prepared = await step('reference, HuBERT', () => tts.prepare(reference))
  for (const [name, language, text] of sentences) {
    await step(name, () => tts.synthesize(text, prepared, { language, maxTokens: 125, seed: 1 }))
  }
  return steps
}

function inProcess(voice: string, precision: Precision): Step[] {
  const cache = mkdtempSync(join(tmpdir(), 'gsv-bench-memory-')) // a kept reference would need no HuBERT
  const script = fileURLToPath(import.meta.url)
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--import', 'tsx', script, 'measure', voice, precision],
    {
      encoding: 'utf8',
      env: { ...process.env, GSV_CACHE_DIR: cache }
    }
  )
  rmSync(cache, { recursive: true, force: true })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as Step[]
}

async function main(folder: string): Promise<void> {
  const voice = mkdtempSync(join(tmpdir(), 'gsv-bench-voice-'))
  try {
    const at = (name: string): string => join(folder, name)
    await importVoice({ gpt: at('voice.ckpt'), sovits: at('v2.pth'), hubert: at('hubert'), bert: at('bert') }, voice)
    const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`
    for (const precision of precisions) {
      for (const { what, seconds, bytes, peakBytes } of inProcess(voice, precision)) {
        const figures = `${seconds.toFixed(2)} s, ${gigabytes(bytes)}, at most ${gigabytes(peakBytes)}`
        process.stdout.write(`${precision}  ${what.padEnd(18)} ${figures}\n`)
      }
    }
  } finally {
    rmSync(voice, { recursive: true, force: true })
  }
}

const [first = '', voice = '', precision] = process.argv.slice(2)
if (first === 'measure') {
  process.stdout.write(JSON.stringify(await measure(voice, precision as Precision)))
  process.exit(0)
}
if (first === '') {
  console.error('usage: npm run bench:memory -- FOLDER   (a folder of bench/make_voice.py, with v2 and bert)')
  process.exit(2)
}
await main(first)
