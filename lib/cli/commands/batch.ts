import { randomInt } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Command, Option } from 'commander'
import { type AudioFormat, audioFormats } from '../../audio/index.js'
import { FileError, OptionTypeError } from '../../errors.js'
import { GptSovits } from '../../gpt-sovits.js'
import type { SynthesisOptions } from '../../options.js'
import type { ReferenceInput } from '../../types.js'
import { type Job, jobOf } from '../batch/job.js'
import { Ledger } from '../batch/ledger.js'
import { readRows } from '../batch/rows.js'
import { interruptSignal } from '../exit.js'
import { ProgressLine } from '../progress.js'
import { runSpeech } from '../run-speech.js'
import { FileSink } from '../sinks/file.js'
import {
  addReferenceOptions,
  addSynthesisOptions,
  addVoiceOptions,
  configOf,
  type ReferenceFlags,
  referenceOf,
  type SynthesisFlags,
  synthesisOf,
  type VoiceFlags
} from '../voice-options.js'

type Options = VoiceFlags &
  ReferenceFlags &
  SynthesisFlags & { outDir: string; format: AudioFormat; stopOnError?: boolean; json?: boolean }

interface Failure {
  readonly line: number
  readonly out: string
  readonly code?: string
  readonly message: string
}

/** `gpt-sovits batch`: a table of texts to audio files. */
export function batchCommand(): Command {
  const command = new Command('batch')
    .description('speak every row of a table; what is done stays done when it is started again')
    .argument('<table>', 'CSV or TSV with a head line, or JSON Lines')
    .requiredOption('--out-dir <folder>', 'where the files are written')
    .addOption(
      new Option('--format <format>', 'of rows that name none').choices(Object.keys(audioFormats)).default('wav')
    )
    .option('--stop-on-error', 'end at the first row that fails; otherwise the rest is spoken')
  addVoiceOptions(command)
  addReferenceOptions(command)
  addSynthesisOptions(command)
  return command
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nFields of a row: text, out, format, ref, ref_text, ref_language, language, cut, speed, top_k, top_p, temperature,' +
        '\nrepetition_penalty, seed, pause, max_tokens. Only text is needed; the command line says the rest.' +
        '\n\nExample:\n  gpt-sovits batch lines.csv --out-dir lines --voice my-voice --ref me.wav --ref-text "What I say."' +
        '\n\nExit codes: 0 all rows are done, 1 some failed, 2 wrong usage, 130 stopped by Ctrl-C.'
    )
    .action(run)
}

async function run(table: string, options: Options): Promise<void> {
  const { outDir: folder, json, stopOnError } = options
  const jobs = (await readRows(table)).map((row) => jobOf(row, options.format))
  checkNames(jobs)
  const voice = configOf(options)
  const synthesis = synthesisOf(options)
  const { ref, refText, refLanguage, refTrim } = options
  const ledger = new Ledger(folder, [voice, synthesis, { ref, refText, refLanguage, refTrim }])
  await ledger.read()
  const open = jobs.filter((job) => !ledger.isDone(job))
  for (const job of open) referenceFor(job, options)
  const line = new ProgressLine(json === true)
  const failures: Failure[] = []
  let duration = 0
  if (open.length > 0) {
    const signal = interruptSignal()
    await using tts = new GptSovits(voice)
    await tts.ready
    const progress = new Progress(line, jobs.length, jobs.length - open.length)
    try {
      for (const job of open) {
        progress.show()
        const spoken = await speak(job, { tts, folder, options, synthesis, signal }).catch((error: Error) => {
          if (signal.aborted || stopOnError) throw error
          failures.push({ line: job.line, out: job.out, code: codeOf(error), message: error.message })
        })
        if (spoken) await ledger.add(job, spoken)
        duration += spoken?.duration ?? 0
        progress.done++
      }
    } finally {
      line.end()
      await ledger.close()
    }
  }
  report({ rows: jobs.length, skipped: jobs.length - open.length, failures, duration }, json === true)
}

interface Setting {
  readonly tts: GptSovits
  readonly folder: string
  readonly options: Options
  readonly synthesis: SynthesisOptions
  readonly signal: AbortSignal
}

async function speak(job: Job, setting: Setting): Promise<{ duration: number; seed: number }> {
  const { tts, folder, synthesis, signal } = setting
  const path = join(folder, job.out)
  await mkdir(dirname(path), { recursive: true }).catch((cause: Error) => {
    throw new FileError(`${dirname(path)} cannot be made: ${cause.message}`, { cause })
  })
  const seed = job.options.seed ?? synthesis.seed ?? randomInt(2 ** 32)
  const options = { ...synthesis, ...job.options, seed, signal }
  const task = { tts, reference: referenceFor(job, setting.options), text: job.text, isSsml: false, options }
  const { duration } = await runSpeech(task, [new FileSink(path, job.format)])
  return { duration, seed }
}

/** A row with a recording of its own has also its text; the command line's is that of its own recording. */
function referenceFor({ line, reference }: Job, flags: ReferenceFlags): ReferenceInput | undefined {
  const { refTrim } = flags
  const { audio, text, language } = reference
  if (audio !== undefined) return referenceOf({ ref: audio as string, refText: text, refLanguage: language, refTrim })
  const { ref, refText, refLanguage } = flags
  try {
    return referenceOf({ ref, refText: text ?? refText, refLanguage: language ?? refLanguage, refTrim })
  } catch {
    throw new OptionTypeError(`line ${line}: ref_text without a ref, and the command line has no --ref`)
  }
}

function checkNames(jobs: readonly Job[]): void {
  const lines = new Map<string, number>()
  for (const { out, line } of jobs) {
    const other = lines.get(out)
    if (other !== undefined) throw new OptionTypeError(`line ${line}: out is '${out}', as on line ${other}`)
    lines.set(out, line)
  }
}

function codeOf(error: Error): string {
  return (error as { code?: string }).code ?? error.name
}

class Progress {
  done = 0
  readonly #begun = performance.now()

  constructor(
    private readonly line: ProgressLine,
    private readonly total: number,
    private readonly before: number
  ) {}

  show(): void {
    const at = this.before + this.done
    const left = ((performance.now() - this.#begun) / 1000 / this.done) * (this.total - at)
    const time = this.done > 0 ? `, ${Math.ceil(left / 60)} min left` : ''
    this.line.update(`row ${at + 1} of ${this.total}${time}`, at / this.total)
  }
}

function report(result: { rows: number; skipped: number; failures: Failure[]; duration: number }, json: boolean): void {
  const { rows, skipped, failures, duration } = result
  if (failures.length > 0) process.exitCode = 1
  if (json) {
    process.stdout.write(`${JSON.stringify(result)}\n`)
    return
  }
  for (const { line, code, message } of failures) process.stderr.write(`line ${line}: ${message} (${code})\n`)
  const spoken = rows - skipped - failures.length
  process.stdout.write(
    `${rows} rows: ${spoken} spoken (${duration.toFixed(1)} s of speech), ${skipped} done before, ${failures.length} failed\n`
  )
}
