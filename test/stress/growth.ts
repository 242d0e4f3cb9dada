// How time and memory grow with the text: `npm run stress:growth [-- --sentences 40 --voice FOLDER_OR_NAME]`.
// Speaks a text and one ten times as long, streamed, by turns. Prints what was measured beside the limit, and ends with 1
// when a limit is passed.
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { GptSovits } from '../../lib/index.js'
import { packageRoot } from '../../lib/package-root.cjs'

const { values: flags } = parseArgs({
  options: {
    sentences: { type: 'string', default: '40' },
    voice: { type: 'string', default: 'demo' },
    rounds: { type: 'string', default: '5' }
  }
})
const [sentences, rounds] = [flags.sentences, flags.rounds].map(Number) as [number, number]
const LONGER = 10
const MOST_TIME = 10.5
const MOST_GROWTH_BYTES = 64 * 2 ** 20 // what allocators keep back

const reference = join(packageRoot, 'test', 'fixtures', 'voice', 'reference.wav')
const own = flags.voice === 'demo' ? undefined : { audio: reference, text: 'What the reference says.' }
const tts = new GptSovits({ voice: flags.voice })
const TEXT = Array.from({ length: sentences }, (_, i) => `This is sentence number ${i % 50}, which says little.`).join(
  ' '
)

async function speak(times: number): Promise<{ seconds: number; peakBytes: number }> {
  globalThis.gc?.()
  const begun = performance.now()
  let peakBytes = 0
  for await (const chunk of tts.stream(Array(times).fill(TEXT).join(' '), own, {
    seed: 1,
    cut: 'cut4',
    maxTokens: 60
  })) {
    if (chunk.sentence % 10 === 0) peakBytes = Math.max(peakBytes, process.memoryUsage().rss)
  }
  return { seconds: (performance.now() - begun) / 1000, peakBytes }
}

function report(what: string, value: number, limit: number): boolean {
  const passed = value <= limit
  console.log(`${passed ? 'ok    ' : 'FAILED'} ${what}: ${value.toFixed(2)} (limit ${limit})`)
  return passed
}

await speak(1) // warms up
const ratios: number[] = []
const growth: number[] = []
for (let round = 0; round < rounds; round++) {
  const short = await speak(1)
  const long = await speak(LONGER)
  console.log(
    `${sentences} sentences ${short.seconds.toFixed(2)} s, ${LONGER * sentences} ${long.seconds.toFixed(2)} s`
  )
  ratios.push(long.seconds / short.seconds)
  growth.push((long.peakBytes - short.peakBytes) / 2 ** 20)
}
const median = (list: number[]): number => list.sort((a, b) => a - b)[Math.floor(list.length / 2)] as number
const passed = [
  report('times the time for ten times the text', median(ratios), MOST_TIME),
  report('MiB more at most', median(growth), MOST_GROWTH_BYTES / 2 ** 20)
]
await tts.dispose()
process.exitCode = passed.every(Boolean) ? 0 : 1
