import { cpus } from 'node:os'
import { Command } from 'commander'
import { type Benchmark, benchmark } from '../../benchmark.js'
import {
  addReferenceOptions,
  addVoiceOptions,
  configOf,
  type ReferenceFlags,
  referenceOf,
  type VoiceFlags
} from '../voice-options.js'

type Options = VoiceFlags & ReferenceFlags & { json?: boolean }

/** `gpt-sovits bench`: this machine, this voice, one table. */
export function benchCommand(): Command {
  const command = new Command('bench').description('measure how fast a voice is on this machine')
  return addReferenceOptions(addVoiceOptions(command))
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      '\nWhole sentences are measured when a recording is given.' +
        '\n\nExample:\n  gpt-sovits bench --voice my-voice --ref me.wav --ref-text "What I say."'
    )
    .action(run)
}

async function run({ json, ...flags }: Options): Promise<void> {
  const result = await benchmark(configOf(flags), referenceOf(flags))
  process.stdout.write(json ? `${JSON.stringify(result)}\n` : table(result))
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`
const giga = (value: number, unit: string): string => `${(value / 1e9).toFixed(1)} ${unit}`

function table(result: Benchmark): string {
  const { version, threads, precision, machine, acoustic, speech } = result
  const perSecond = (factor: number): string => `${factor.toFixed(3)} s a second`
  const rows: string[][] = [
    ['', 'measured', 'of what the machine can do'],
    ['memory', giga(machine.bytesPerSecond, 'GB/s'), ''],
    ['multiply-adds', giga(machine.operationsPerSecond, 'GFLOP/s'), ''],
    ['load', `${result.loadSeconds.toFixed(2)} s`, `${giga(result.peakBytes, 'GB')} of memory at most`],
    ['first token', `${result.prefillSeconds.toFixed(3)} s`, ''],
    ['tokens', `${result.tokensPerSecond.toFixed(1)} a second`, `${percent(result.tokensShare)} of memory`]
  ]
  if (acoustic) {
    rows.push(['samples', perSecond(acoustic.realTimeFactor), `${percent(acoustic.share)} of multiply-adds`])
  }
  if (speech) {
    const { seconds, audioSeconds, firstSoundSeconds } = speech
    rows.push(['sentence', perSecond(speech.realTimeFactor), `${audioSeconds.toFixed(1)} s in ${seconds.toFixed(2)} s`])
    if (firstSoundSeconds !== undefined) rows.push(['first sound', `${firstSoundSeconds.toFixed(3)} s`, ''])
    rows.push(['eight at once', perSecond(speech.togetherRealTimeFactor), ''])
  }
  const lines = rows.map(([name = '', figure = '', share = '']) =>
    `${name.padEnd(15)}${figure.padEnd(22)}${share}`.trimEnd()
  )
  return [`${cpus()[0]?.model ?? 'unknown'}, ${threads} threads, ${version}, ${precision}`, ...lines, ''].join('\n')
}
