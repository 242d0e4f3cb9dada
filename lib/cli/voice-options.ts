import { type Command, Option } from 'commander'
import { OptionTypeError } from '../errors.js'
import {
  cutMethods,
  type GptSovitsConfig,
  languageModes,
  melChunkings,
  numberRules,
  resolveSynthesisOptions,
  type SynthesisOptions
} from '../options.js'
import { DEMO_VOICE, type VoicePlace } from '../store/index.js'
import { readLexicon } from '../text/index.js'
import type { ReferenceInput } from '../types.js'

/** What the command line says of the voice. */
export type VoiceFlags = Omit<VoicePlace, 'cacheDir' | 'logger'> &
  Pick<GptSovitsConfig, 'g2pw' | 'languageIdModel' | 'japaneseUserDictionary' | 'threads' | 'precision' | 'device'>

/** What the command line says of the recording whose voice is copied. */
export interface ReferenceFlags {
  ref?: string
  refText?: string
  refLanguage?: ReferenceInput['language']
  refTrim?: boolean
  refMore?: string[]
}

type Numbers = { [name in keyof typeof numberRules]?: number }

/** What the command line says of how a text is spoken. */
export interface SynthesisFlags extends Numbers {
  language?: SynthesisOptions['language']
  cut?: SynthesisOptions['cut']
  melChunks?: SynthesisOptions['melChunks']
  superSampling?: boolean
  lexicon?: string
}

const numbers: Readonly<Record<keyof typeof numberRules, string>> = {
  speed: 'tempo',
  topK: 'draw from the K likeliest tokens',
  topP: 'draw from the likeliest tokens that sum to P',
  temperature: '0 takes the likeliest token',
  repetitionPenalty: 'against repeated tokens',
  seed: 'the same seed gives the same samples',
  pause: 'silence after each sentence in seconds',
  maxTokens: 'longest sentence, 25 tokens a second',
  noiseScale: "variation of the decoder's latent",
  sampleSteps: 'steps of the flow-matching decoder of v3 and v4'
}
const numberNames = Object.keys(numbers) as (keyof typeof numberRules)[]

export function addVoiceOptions(command: Command): Command {
  return command
    .option(
      '--voice <path>',
      `an imported folder, an exported .tar, a pulled voice, or "${DEMO_VOICE}", which is taken if no voice is given`
    )
    .option('--gpt <file>', 'GPT weights (*.ckpt)')
    .option('--sovits <file>', 'SoVITS weights (*.pth)')
    .option('--hubert <folder>', 'chinese-hubert-base')
    .option('--bert <folder>', 'chinese-roberta-wwm-ext-large; only Chinese needs it')
    .option('--speaker <file>', 'speaker model of v2Pro and v2ProPlus')
    .option('--vocoder <path>', 'vocoder of v3 (folder) or v4 (file)')
    .option('--super-sampler <folder>', 'AP-BWE 24 kHz to 48 kHz, for --super-sampling')
    .option('--base <file>', 'base weights of a LoRA')
    .option('--g2pw <folder>', 'the polyphone model g2pW, for Chinese')
    .option('--language-id-model <file>', 'a fastText model that tells languages apart, such as lid.176.bin')
    .option('--japanese-user-dictionary <file>', "Japanese words of your own in MeCab's CSV format")
    .option('--threads <n>', 'threads for the networks', Number)
    .addOption(new Option('--precision <p>', 'weights of the token network').choices(['auto', 'fp32', 'fp16', 'int8']))
    .option('--device <device>', 'cpu or cuda')
}

export function addReferenceOptions(command: Command): Command {
  return command
    .option('--ref <file>', 'recording whose voice is copied, 3 to 10 s')
    .option('--ref-text <text>', 'what the recording says')
    .addOption(new Option('--ref-language <mode>', 'language of the recording').choices(languageModes))
    .option('--ref-trim', 'take the best 3 to 10 s of a longer recording')
    .option('--ref-more <files...>', 'more recordings of the same voice, whose styles are averaged')
}

export function addSynthesisOptions(command: Command): Command {
  command
    .addOption(new Option('--language <mode>', 'language of the text').choices(languageModes).default('en'))
    .addOption(new Option('--cut <method>', 'how the text is cut').choices(cutMethods).default('cut5'))
    .addOption(new Option('--mel-chunks <how>', 'how v3 and v4 paint a long sentence').choices(melChunkings))
    .option('--super-sampling', 'raise the speech of v3 from 24 to 48 kHz')
    .option('--lexicon <file>', 'phones of words of your own: a language, a word and its phones a line, apart by tabs')
  for (const name of numberNames) {
    const rule: { default?: number; min: number; max: number } = numberRules[name]
    const flag = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    const standard = rule.default === undefined ? 'random' : rule.default
    command.option(`--${flag} <n>`, `${numbers[name]}; ${rule.min} to ${rule.max}, default ${standard}`, Number)
  }
  return command
}

export function configOf(flags: VoiceFlags): GptSovitsConfig {
  const { voice, gpt, sovits, hubert, bert, speaker, vocoder, superSampler, base } = flags
  const { g2pw, languageIdModel, japaneseUserDictionary, threads, precision, device } = flags
  const hasVoice = voice !== undefined || gpt !== undefined || sovits !== undefined
  const files = hasVoice
    ? { voice, gpt, sovits, hubert, bert, speaker, vocoder, superSampler, base }
    : { voice: DEMO_VOICE }
  return { ...files, g2pw, languageIdModel, japaneseUserDictionary, threads, precision, device }
}

/**
 * Without a recording the voice speaks with one of its own.
 * @throws {OptionTypeError} when something is said of a recording that is not named.
 */
export function referenceOf(flags: ReferenceFlags): ReferenceInput | undefined {
  const { ref, refText, refLanguage, refTrim, refMore } = flags
  if (ref !== undefined) {
    const said = { audio: ref, text: refText, language: refLanguage, refTrim: refTrim ? 'auto' : 'none' } as const
    return { ...said, ...(refMore && { more: refMore }) }
  }
  const others = [refText, refLanguage, refTrim, refMore]
  if (others.every((flag) => flag === undefined)) return undefined
  throw new OptionTypeError('--ref is missing: the recording whose voice is copied')
}

/** @throws {OptionRangeError} for a number out of its range, before a voice is loaded for nothing. */
export function synthesisOf(flags: SynthesisFlags): SynthesisOptions {
  const { language, cut, melChunks, superSampling, lexicon } = flags
  const given = Object.fromEntries(numberNames.map((name) => [name, flags[name]]))
  const words = lexicon === undefined ? undefined : readLexicon(lexicon)
  const options = { ...given, language, cut, melChunks, superSampling, lexicon: words }
  resolveSynthesisOptions(options)
  return options
}
