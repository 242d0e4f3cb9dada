import { Command, Option } from 'commander'
import { OptionTypeError } from '../../errors.js'
import { GptSovits } from '../../gpt-sovits.js'
import { cutMethods, languageModes, numberRules, type GptSovitsConfig, type SynthesisOptions } from '../../options.js'
import type { ReferenceInput, SynthesisProgress } from '../../types.js'
import { audioFormats, formatOfFile } from '../../audio/index.js'
import type { SpeechFormat } from '../../speech/index.js'
import { DEMO_VOICE } from '../../store/index.js'
import { readLexicon } from '../../text/index.js'
import { interruptSignal } from '../exit.js'
import { ProgressLine } from '../progress.js'

interface ReferenceOptions {
  ref?: string | undefined
  refText?: string | undefined
  refLanguage?: ReferenceInput['language'] | undefined
  refTrim?: boolean | undefined
}

type Options = GptSovitsConfig &
  ReferenceOptions &
  Omit<SynthesisOptions, 'lexicon'> & {
    lexicon?: string
    out: string
    format?: SpeechFormat
    json?: boolean
  }

const formats: readonly string[] = [...Object.keys(audioFormats), 'pcm16', 'pcm24', 'float32']
const numbers: Readonly<Record<string, string>> = {
  speed: 'tempo',
  topK: 'draw from the K likeliest tokens',
  topP: 'draw from the likeliest tokens that sum to P',
  temperature: '0 takes the likeliest token',
  repetitionPenalty: 'against repeated tokens',
  seed: 'the same seed gives the same samples',
  pause: 'silence after each sentence in seconds',
  maxTokens: 'longest sentence, 25 tokens a second',
  noiseScale: "variation of the decoder's latent"
}

/** `gpt-sovits say`: a text to an audio file. */
export function sayCommand(): Command {
  const command = new Command('say')
    .description('speak a text to an audio file')
    .argument('<text>')
    .option(
      '--voice <folder>',
      'an imported voice (see `gpt-sovits import`), or "demo", which is taken if no voice is given'
    )
    .option('--gpt <file>', 'GPT weights (*.ckpt)')
    .option('--sovits <file>', 'SoVITS weights (*.pth)')
    .option('--hubert <folder>', 'chinese-hubert-base')
    .option('--bert <folder>', 'chinese-roberta-wwm-ext-large; only Chinese needs it')
    .option('--g2pw <folder>', 'the polyphone model g2pW, for Chinese')
    .option('--language-id-model <file>', 'a fastText model that tells languages apart, such as lid.176.bin')
    .option('--japanese-user-dictionary <file>', "Japanese words of your own in MeCab's CSV format")
    .option('--ref <file>', 'recording whose voice is copied, 3 to 10 s')
    .option('--ref-text <text>', 'what the recording says')
    .addOption(new Option('--ref-language <mode>', 'language of the recording').choices(languageModes))
    .option('--ref-trim', 'take the best 3 to 10 s of a longer recording')
    .option('--out <file>', 'file to write: .wav, .flac, .mp3, .ogg, .opus, .aac or .pcm', 'speech.wav')
    .addOption(new Option('--format <format>', "the file's format, whatever its name").choices(formats))
    .addOption(new Option('--language <mode>', 'language of the text').choices(languageModes).default('en'))
    .addOption(new Option('--cut <method>', 'how the text is cut').choices(cutMethods).default('cut5'))
    .option('--lexicon <file>', 'phones of words of your own: a language, a word and its phones a line, apart by tabs')
  for (const [name, what] of Object.entries(numbers)) {
    const rule: { default?: number; min: number; max: number } = numberRules[name as keyof typeof numberRules]
    const flag = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    const standard = rule.default === undefined ? 'random' : rule.default
    command.option(`--${flag} <n>`, `${what}; ${rule.min} to ${rule.max}, default ${standard}`, Number)
  }
  return command
    .option('--threads <n>', 'threads for the networks', Number)
    .addOption(new Option('--precision <p>', 'weights of the token network').choices(['auto', 'fp32', 'fp16', 'int8']))
    .option('--device <device>', 'cpu or cuda')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  gpt-sovits say "Hello there."' +
        '\n  gpt-sovits say "Hello there." --voice my-voice --ref me.wav --ref-text "What I say." --out hello.wav' +
        '\n  gpt-sovits say "Hello." --gpt v.ckpt --sovits v.pth --hubert chinese-hubert-base --ref me.wav --out hello.wav'
    )
    .action(run)
}

/** Without a recording the voice speaks with one of its own. */
function referenceOf({ ref, refText, refLanguage, refTrim }: ReferenceOptions): ReferenceInput | undefined {
  if (ref !== undefined) {
    return { audio: ref, text: refText, language: refLanguage, refTrim: refTrim ? 'auto' : 'none' }
  }
  if (refText === undefined && refLanguage === undefined && refTrim === undefined) return undefined
  throw new OptionTypeError('--ref is missing: the recording whose voice is copied')
}

async function run(text: string, options: Options): Promise<void> {
  const { ref, refText, refLanguage, refTrim, out, format, json, ...rest } = options
  const fileFormat = format ?? formatOfFile(out)
  const { voice, gpt, sovits, hubert, bert, threads, precision, device, lexicon: file, ...others } = rest
  const { g2pw, languageIdModel, japaneseUserDictionary, ...synthesis } = others
  const reading = { g2pw, languageIdModel, japaneseUserDictionary }
  const lexicon = file === undefined ? undefined : readLexicon(file)
  const line = new ProgressLine(json === true)
  const logger: GptSovitsConfig['logger'] = (level, message) => {
    if (level === 'warn') process.stderr.write(`warning: ${message}\n`)
    else line.update(message)
  }
  const hasVoice = voice !== undefined || gpt !== undefined || sovits !== undefined
  const reference = referenceOf({ ref, refText, refLanguage, refTrim })
  const files = hasVoice ? { voice, gpt, sovits, hubert, bert } : { voice: DEMO_VOICE }
  await using tts = new GptSovits({ ...files, ...reading, threads, precision, device, logger })
  const begun = performance.now()
  await tts.ready
  const loaded = performance.now()
  const onProgress = ({ sentence, tokens, audioSeconds }: SynthesisProgress): void =>
    line.update(`sentence ${sentence + 1}: ${(audioSeconds + tokens / 25).toFixed(1)} s of speech`)
  const speech = await tts
    .synthesize(text, reference, { ...synthesis, lexicon, onProgress, signal: interruptSignal() })
    .finally(() => line.end())
  await speech.toFile(out, fileFormat)
  const timing = { load: (loaded - begun) / 1000, synthesis: (performance.now() - loaded) / 1000 }
  const { duration, sampleRate, seed, warnings } = speech
  if (json) {
    process.stdout.write(`${JSON.stringify({ out, duration, sampleRate, seed, warnings, seconds: timing })}\n`)
    return
  }
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`)
  process.stdout.write(
    `${out}: ${duration.toFixed(1)} s of speech in ${timing.synthesis.toFixed(1)} s ` +
      `(loading ${timing.load.toFixed(1)} s), seed ${seed}\n`
  )
}
