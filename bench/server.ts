// What the server adds to a synthesis: `npm run bench:server [-- --requests 200 --json out.json]`.
// A real server speaks with the tiny voice over a real socket. Time inside the voice is measured where samples leave it,
// so what is left is the server's own: parsing, admission, encoding, HTTP.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { packageRoot } from '../lib/package-root.cjs'
import { createServer } from '../lib/server/index.js'

const { values: flags } = parseArgs({
  options: {
    requests: { type: 'string', default: '200' },
    json: { type: 'string' },
    threads: { type: 'string', default: '1' }
  }
})
const requests = Number(flags.requests)
const voice = join(packageRoot, 'test', 'fixtures', 'voice')
const scratch = mkdtempSync(join(tmpdir(), 'gsv-bench-'))

/** Of the request that is being measured; they are sent one by one. */
const inside = { milliseconds: 0, firstPart: 0 }

interface Timing {
  readonly whole: number
  readonly overhead: number
  readonly firstByte: number
}

const server = await createServer(
  {
    port: 0,
    voice: { gpt: join(voice, 'voice.ckpt'), sovits: join(voice, 'voice.pth') },
    reference: { audio: join(voice, 'reference.wav'), text: 'What the reference says.', language: 'en' },
    engine: { hubert: join(voice, 'hubert'), cacheDir: join(scratch, 'cache'), threads: Number(flags.threads) }
  },
  {
    async *speak(asked, signal, speak) {
      inside.milliseconds = 0
      inside.firstPart = 0
      let begun = performance.now()
      for await (const part of speak(asked, signal)) {
        inside.milliseconds += performance.now() - begun
        inside.firstPart ||= performance.now()
        yield part
        begun = performance.now()
      }
      inside.milliseconds += performance.now() - begun
    }
  }
)
const base = await server.listen()
await server.ready

function measure(path: string): Promise<Timing> {
  const begun = performance.now()
  return new Promise((resolve, reject) => {
    let first = 0
    const sent = request(base + path, (answer) => {
      answer.on('data', () => (first ||= performance.now()))
      answer.on('end', () => {
        const whole = performance.now() - begun
        resolve({ whole, overhead: whole - inside.milliseconds, firstByte: first - inside.firstPart })
      })
      answer.on('error', reject)
    })
    sent.on('error', reject)
    sent.end()
  })
}

function quantile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(share * (values.length - 1))] as number
}

const text = encodeURIComponent('This is a sentence of some length. And this is another one, of much the same length.')
const ways: Readonly<Record<string, string>> = {
  'wav, whole': 'format=wav',
  'wav, streamed': 'format=wav&stream=1',
  'flac, streamed': 'format=flac&stream=1',
  'mp3, streamed': 'format=mp3&stream=1',
  'opus, streamed': 'format=opus&stream=1'
}
const rows: Record<string, Record<string, number>> = {}
const delay = monitorEventLoopDelay({ resolution: 1 })
for (const [name, query] of Object.entries(ways)) {
  const path = `/tts?lang=en&seed=1&text=${text}&${query}`
  for (let i = 0; i < 10; i++) await measure(path)
  delay.reset()
  delay.enable()
  const timings: Timing[] = []
  for (let i = 0; i < requests; i++) timings.push(await measure(path))
  delay.disable()
  const overhead = timings.map((timing) => timing.overhead)
  const firstByte = timings.map((timing) => timing.firstByte)
  const synthesis = quantile(
    timings.map((timing) => timing.whole - timing.overhead),
    0.5
  )
  rows[name] = {
    'overhead p50 ms': quantile(overhead, 0.5),
    'overhead p95 ms': quantile(overhead, 0.95),
    'synthesis p50 ms': synthesis,
    'first byte p50 ms': quantile(firstByte, 0.5),
    'first byte p95 ms': quantile(firstByte, 0.95),
    'loop delay p99 ms': delay.percentile(99) / 1e6,
    'loop delay max ms': delay.max / 1e6
  }
}
await server.close()
rmSync(scratch, { recursive: true, force: true })
const rounded = Object.entries(rows).map(([name, row]) => [
  name,
  Object.fromEntries(Object.entries(row).map(([key, value]) => [key, Number(value.toFixed(2))]))
])
console.table(Object.fromEntries(rounded))
console.log(
  `${requests} requests each, one by one; ${availableParallelism()} cores, load average ${loadavg()[0]?.toFixed(1)}`
)
if (flags.json) writeFileSync(flags.json, `${JSON.stringify(Object.fromEntries(rounded), null, 2)}\n`)
