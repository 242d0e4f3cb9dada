// Load and soak of a server in a process of its own: `npm run stress [-- --minutes 20 --requests 1000 --hang-ups 200]`.
// Prints what was measured beside the limit, and ends with 1 when a limit is passed.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { packageRoot } from '../../lib/package-root.cjs'
import { quantile, requestOf, speakAll } from '../server/load.js'

const { values: flags } = parseArgs({
  options: {
    minutes: { type: 'string', default: '20' },
    requests: { type: 'string', default: '1000' },
    'hang-ups': { type: 'string', default: '200' },
    clients: { type: 'string', default: '32' }
  }
})
const [minutes, requests, clients] = [flags.minutes, flags.requests, flags.clients].map(Number) as [
  number,
  number,
  number
]
const WARM_UP = 200 // requests, before memory is looked at
const SAMPLE_MS = 5000
const voice = join(packageRoot, 'test', 'fixtures', 'voice')
const scratch = mkdtempSync(join(tmpdir(), 'gsv-stress-'))
let failed = false

function report(what: string, value: number, unit: string, limit: number): void {
  const passed = value <= limit
  failed ||= !passed
  console.log(`${passed ? 'ok    ' : 'FAILED'} ${what}: ${value.toFixed(value < 10 ? 2 : 0)} ${unit} (limit ${limit})`)
}

async function start(): Promise<{ child: ChildProcess; base: string }> {
  const files = [
    '--gpt',
    join(voice, 'voice.ckpt'),
    '--sovits',
    join(voice, 'voice.pth'),
    '--hubert',
    join(voice, 'hubert')
  ]
  const own = ['--ref', join(voice, 'reference.wav'), '--threads', '1']
  const main = join(packageRoot, 'lib', 'cli', 'main.ts')
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', main, 'serve', '--port', '0', '--metrics', '--quiet', ...files, ...own],
    {
      cwd: packageRoot,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, GSV_CACHE_DIR: join(scratch, 'cache') }
    }
  )
  const base = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', (part: Buffer) => {
      const url = /serves at (\S+)/.exec(part.toString())?.[1]
      if (url !== undefined) resolve(url)
    })
    child.once('exit', () => reject(new Error('the server ended')))
  })
  while ((await fetch(`${base}/ready`)).status !== 200) await pause(100)
  return { child, base }
}

interface Sample {
  readonly seconds: number
  readonly requests: number
  readonly rssKilobytes: number
  readonly fds: number
  readonly threads: number
  readonly loopP99: number
}

function processSample(pid: number): Pick<Sample, 'rssKilobytes' | 'fds' | 'threads'> {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const number = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1])
  return { rssKilobytes: number('VmRSS'), threads: number('Threads'), fds: readdirSync(`/proc/${pid}/fd`).length }
}

async function loopDelay(base: string): Promise<number> {
  const metrics = await (await fetch(`${base}/metrics`)).text()
  return Number(/^nodejs_eventloop_lag_p99_seconds (\S+)/m.exec(metrics)?.[1]) * 1000
}

function hangUp(url: string): Promise<void> {
  return new Promise((resolve) => {
    const sent = request(url, { agent: false }, (answer) => {
      answer.once('data', () => sent.destroy())
      answer.on('error', () => undefined)
    })
    sent.on('error', () => undefined)
    sent.on('close', () => resolve())
    sent.end()
  })
}

/** Clients that ask without a pause: most are heard, some hang up, some ask for nonsense. */
async function soak(base: string, pid: number): Promise<{ samples: Sample[]; failures: string[] }> {
  const samples: Sample[] = []
  const failures: string[] = []
  const begun = performance.now()
  let sent = 0
  let isOver = false
  const client = async (): Promise<void> => {
    while (!isOver) {
      const index = sent++
      const url = base + requestOf(index)
      try {
        if (index % 23 === 0) await hangUp(`${url}&stream=1`)
        else if (index % 29 === 0) await (await fetch(`${base}/tts?text=`)).arrayBuffer()
        else {
          const answer = await fetch(url)
          await answer.arrayBuffer()
          if (answer.status !== 200) failures.push(`${answer.status} ${url}`)
        }
      } catch (error) {
        failures.push(String(error))
      }
    }
  }
  const all = Array.from({ length: clients }, client)
  while (performance.now() - begun < minutes * 60_000) {
    await pause(SAMPLE_MS)
    const seconds = (performance.now() - begun) / 1000
    samples.push({ seconds, requests: sent, ...processSample(pid), loopP99: await loopDelay(base) })
    const last = samples.at(-1) as Sample
    if (samples.length % 12 === 0) {
      console.log(
        `  ${(seconds / 60).toFixed(1)} min, ${sent} requests, ${(last.rssKilobytes / 1024).toFixed(0)} MB, ${last.fds} fds, ${last.threads} threads`
      )
    }
  }
  isOver = true
  await Promise.all(all)
  return { samples, failures }
}

/** Least squares: by how much `y` grows with each `x`. */
function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (index: 0 | 1): number => points.reduce((sum, point) => sum + point[index], 0) / points.length
  const [x, y] = [mean(0), mean(1)]
  const over = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0)
  return over / points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0)
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

const { child, base } = await start()
const pid = child.pid as number
try {
  const load = await speakAll(base, { clients, requests })
  for (const each of [...load.failures, ...load.differences].slice(0, 10)) console.log(`  ${each}`)
  console.log(`${load.answered} requests from ${clients} clients: median ${quantile(load.times, 0.5).toFixed(0)} ms`)
  report('failures', load.failures.length, '', 0)
  report('answers other than alone', load.differences.length, '', 0)

  const before = processSample(pid)
  const long = `${base}/tts?lang=en&stream=1&text=${encodeURIComponent('This is a sentence of some length. '.repeat(40))}`
  const delays: number[] = []
  for (let i = 0; i < Number(flags['hang-ups']); i++) {
    await hangUp(long)
    const left = performance.now()
    while (((await (await fetch(`${base}/ready`)).json()) as { running: number }).running > 0) await pause(1)
    delays.push(performance.now() - left)
  }
  if (delays.length > 0) report('hang-up to the end of the job, p99', quantile(delays, 0.99), 'ms', 250)
  report('file descriptors more after hang-ups', processSample(pid).fds - before.fds, '', 8)

  if (minutes > 0) {
    const { samples, failures } = await soak(base, pid)
    const warm = samples.filter((sample) => sample.requests >= WARM_UP)
    const last = warm.at(-1) as Sample
    console.log(
      `${last.requests} requests in ${(last.seconds / 60).toFixed(1)} min, ${(last.rssKilobytes / 1024).toFixed(0)} MB at the end`
    )
    for (const failure of failures.slice(0, 10)) console.log(`  ${failure}`)
    report('failures', failures.length, '', 0)
    report('memory', slope(warm.map((sample) => [sample.requests, sample.rssKilobytes])), 'kB a request', 20)
    report('memory', slope(warm.map((sample) => [sample.seconds / 60, sample.rssKilobytes / 1024])), 'MB a minute', 1)
    const range = (read: (sample: Sample) => number): number =>
      Math.max(...warm.map(read)) - Math.min(...warm.map(read))
    report(
      'threads, most less fewest',
      range(({ threads }) => threads),
      '',
      2
    )
    // Of connections that come and go some more or fewer are open at any time: medians tell whether they pile up.
    const half = Math.floor(warm.length / 2)
    const open = (part: Sample[]): number =>
      quantile(
        part.map(({ fds }) => fds),
        0.5
      )
    report('file descriptors, more in the second half', open(warm.slice(half)) - open(warm.slice(0, half)), '', 2)
    report(
      'event loop delay, median of p99',
      quantile(
        warm.map(({ loopP99 }) => loopP99),
        0.5
      ),
      'ms',
      50
    )
  }
} finally {
  child.kill('SIGTERM')
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve))
  report('exit code after SIGTERM', code ?? -1, '', 0)
  rmSync(scratch, { recursive: true, force: true })
}
process.exitCode = failed ? 1 : 0
