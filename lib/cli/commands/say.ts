import { randomInt } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { text as readAll } from 'node:stream/consumers'
import { Command, Option } from 'commander'
import { audioFormats, findPlayer, formatOfFile, type SoundFormat, wavFormats } from '../../audio/index.js'
import { FileError, OptionTypeError } from '../../errors.js'
import { GptSovits } from '../../gpt-sovits.js'
import { numberRules, type GptSovitsConfig } from '../../options.js'
import { parseSsml } from '../../ssml/index.js'
import type { SynthesisProgress } from '../../types.js'
import { interruptSignal } from '../exit.js'
import { ProgressLine } from '../progress.js'
import { runSpeech, type SpeechSummary } from '../run-speech.js'
import { FileSink, StandardOutputSink } from '../sinks/file.js'
import { PlayerSink } from '../sinks/player.js'
import type { Sink } from '../sinks/sink.js'
import { SubtitleSink } from '../sinks/subtitles.js'
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

interface OutputFlags {
  out?: string
  format?: SoundFormat
  play?: boolean
  subtitles?: string
}

type Options = VoiceFlags &
  ReferenceFlags &
  SynthesisFlags &
  OutputFlags & { file?: string; ssml?: boolean; json?: boolean }

const STANDARD = '-'
const STANDARD_FILE = 'speech.wav'
const formats: readonly string[] = [...Object.keys(audioFormats), ...wavFormats]

/** `gpt-sovits say`: a text to an audio file, or to the loudspeaker. */
export function sayCommand(): Command {
  const command = new Command('say')
    .description('speak a text to an audio file or the loudspeaker')
    .argument('[text]', 'what is spoken; or --file')
    .option('--file <file>', 'read the text from a file; - is standard input')
    .option('--ssml', 'the text is SSML')
    .option(
      '--out <file>',
      `file to write: .wav, .flac, .mp3, .ogg, .opus, .aac or .pcm; - is standard output; default ${STANDARD_FILE} unless --play`
    )
    .addOption(new Option('--format <format>', "the file's format, whatever its name").choices(formats))
    .option('--play', 'play it while it is spoken')
    .option('--subtitles <file>', 'write subtitles too: .srt, .vtt or .json')
  addVoiceOptions(command)
  addReferenceOptions(command)
  addSynthesisOptions(command)
  return command
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  gpt-sovits say "Hello there." --play' +
        '\n  gpt-sovits say "Hello there." --voice my-voice --ref me.wav --ref-text "What I say." --out hello.wav' +
        '\n  gpt-sovits say "Hello." --gpt v.ckpt --sovits v.pth --hubert chinese-hubert-base --ref me.wav --play' +
        '\n  gpt-sovits say --file book.txt --voice my-voice --ref me.wav --out book.opus --subtitles book.srt' +
        '\n\nExit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C.'
    )
    .action(run)
}

async function run(text: string | undefined, options: Options): Promise<void> {
  const { json, play } = options
  const out = options.out ?? (play ? undefined : STANDARD_FILE)
  const given = await givenText(text, options.file)
  if (options.ssml) parseSsml(given) // what is wrong with it is told at once
  const reference = referenceOf(options)
  const seed = options.seed ?? randomInt(2 ** 32)
  const synthesis = { ...synthesisOf(options), seed }
  const sinks = await sinksOf({ ...options, out })
  const line = new ProgressLine(json === true)
  const logger: GptSovitsConfig['logger'] = (level, message) => {
    if (level === 'warn') process.stderr.write(`warning: ${message}\n`)
    else line.update(message)
  }
  await using tts = new GptSovits({ ...configOf(options), logger })
  const begun = performance.now()
  await tts.ready
  const loaded = performance.now()
  const onProgress = ({ sentence, tokens, audioSeconds }: SynthesisProgress): void =>
    line.update(`sentence ${sentence + 1}: ${(audioSeconds + tokens / 25).toFixed(1)} s of speech`)
  const task = { tts, reference, text: given, isSsml: options.ssml === true }
  const spoken = { ...task, options: { ...synthesis, onProgress, signal: interruptSignal() } }
  const summary = await runSpeech(spoken, sinks).finally(() => line.end())
  const seconds = { load: (loaded - begun) / 1000, synthesis: (performance.now() - loaded) / 1000 }
  report({ ...summary, out, seed, seconds }, json === true)
}

async function givenText(text: string | undefined, file: string | undefined): Promise<string> {
  if ((text === undefined) === (file === undefined)) throw new OptionTypeError('give either a text or --file')
  if (file === undefined) return text as string
  if (file === STANDARD) return readAll(process.stdin)
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new FileError(`${file} cannot be read: ${(cause as Error).message}`, { cause })
  }
}

/** Everything that can be wrong with an output is found before the voice is loaded. */
async function sinksOf({ out, format, play, subtitles, pause }: OutputFlags & SynthesisFlags): Promise<Sink[]> {
  const sinks: Sink[] = []
  if (out === STANDARD) sinks.push(new StandardOutputSink(format ?? 'wav'))
  else if (out !== undefined) sinks.push(new FileSink(out, format ?? formatOfFile(out)))
  if (play) sinks.push(new PlayerSink(await findPlayer()))
  if (subtitles !== undefined) sinks.push(new SubtitleSink(subtitles, pause ?? numberRules.pause.default))
  return sinks
}

type Result = SpeechSummary & {
  out: string | undefined
  seed: number
  seconds: { load: number; synthesis: number }
}

function report(result: Result, json: boolean): void {
  const { out, duration, seed, warnings, seconds } = result
  // Sound on standard output is alone there.
  const print = (text: string): boolean => (out === STANDARD ? process.stderr : process.stdout).write(text)
  if (json) {
    print(`${JSON.stringify(result)}\n`)
    return
  }
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`)
  const what = out === undefined || out === STANDARD ? '' : `${out}: `
  const took = `${duration.toFixed(1)} s of speech in ${seconds.synthesis.toFixed(1)} s`
  print(`${what}${took} (loading ${seconds.load.toFixed(1)} s), seed ${seed}\n`)
}
