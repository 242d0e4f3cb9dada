import { cpus } from 'node:os'
import { Command, Option } from 'commander'
import { type Benchmark, benchmark } from '../../benchmark.js'
import type { GptSovitsConfig } from '../../options.js'

type Options = GptSovitsConfig & { ref?: string; refText?: string; json?: boolean }

/** `gpt-sovits bench`: this machine, this voice, one table. */
export function benchCommand(): Command {
  return new Command('bench')
    .description('measure how fast a voice is on this machine')
    .option('--voice <folder>', 'an imported voice (see `gpt-sovits import`)')
    .option('--gpt <file>', 'GPT weights (*.ckpt)')
    .option('--sovits <file>', 'SoVITS weights (*.pth)')
    .option('--hubert <folder>', 'chinese-hubert-base')
    .option('--ref <file>', 'recording whose voice is copied, 3 to 10 s; whole sentences are measured with it')
    .option('--ref-text <text>', 'what the recording says')
    .option('--threads <n>', 'threads for the networks', Number)
    .addOption(new Option('--precision <p>', 'weights of the token network').choices(['auto', 'fp32', 'fp16', 'int8']))
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  gpt-sovits bench --voice my-voice --ref me.wav --ref-text "What I say."')
    .action(run)
}

async function run({ ref, refText, json, ...config }: Options): Promise<void> {
  const result = await benchmark(config, ref === undefined ? undefined : { audio: ref, text: refText })
  process.stdout.write(json ? `${JSON.stringify(result)}\n` : table(result))
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`
const giga = (value: number, unit: string): string => `${(value / 1e9).toFixed(1)} ${unit}`

function table(result: Benchmark): string {
  const { version, threads, precision, machine, acoustic, speech } = result
  const rows: string[][] = [
    ['', 'measured', 'of what the machine can do'],
    ['memory', giga(machine.bytesPerSecond, 'GB/s'), ''],
    ['multiply-adds', giga(machine.operationsPerSecond, 'GFLOP/s'), ''],
    ['first token', `${result.prefillSeconds.toFixed(3)} s`, ''],
    ['tokens', `${result.tokensPerSecond.toFixed(1)} a second`, `${percent(result.tokensShare)} of memory`]
  ]
  if (acoustic) {
    rows.push([
      'samples',
      `${acoustic.realTimeFactor.toFixed(3)} s a second`,
      `${percent(acoustic.share)} of multiply-adds`
    ])
  }
  if (speech) {
    const { seconds, audioSeconds, realTimeFactor } = speech
    rows.push([
      'sentence',
      `${realTimeFactor.toFixed(3)} s a second`,
      `${audioSeconds.toFixed(1)} s in ${seconds.toFixed(2)} s`
    ])
  }
  const lines = rows.map(([name = '', figure = '', share = '']) =>
    `${name.padEnd(15)}${figure.padEnd(22)}${share}`.trimEnd()
  )
  return [`${cpus()[0]?.model ?? 'unknown'}, ${threads} threads, ${version}, ${precision}`, ...lines, ''].join('\n')
}
