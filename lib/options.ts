import { OptionRangeError, OptionTypeError, UnsupportedLanguageError } from './errors.js'
import { CUT_METHODS, type CutMethod, LANGUAGE_MODES, type LanguageMode, type Lexicon } from './text/index.js'
import type { Logger, SynthesisProgress } from './types.js'

/** Where a voice comes from and how it runs. Give `voice`, or `gpt` and `sovits` with the shared networks they need. */
export interface GptSovitsConfig {
  /**
   * An imported voice: a folder with `voice.json`, an archive of `gpt-sovits export`, or the name of a pulled voice; `'demo'`
   * is the small English voice of the package.
   */
  voice?: string
  /** GPT weights as the public project writes them (`*.ckpt`). */
  gpt?: string
  /** SoVITS weights as the public project writes them (`*.pth`). */
  sovits?: string
  /** Folder of chinese-hubert-base, which `gpt` and `sovits` need. Defaults to the one of `gpt-sovits pull hubert`. */
  hubert?: string
  /** Folder of chinese-roberta-wwm-ext-large. Only Chinese needs it. Defaults to the one of `gpt-sovits pull bert`. */
  bert?: string
  /** The speaker model `pretrained_eres2netv2w24s4ep4.ckpt`. Needed with `gpt` and `sovits` of v2Pro and v2ProPlus. */
  speaker?: string
  /** The vocoder of v3 (folder of BigVGAN v2 24 kHz) or v4 (`vocoder.pth`). Needed with `gpt` and `sovits` of these. */
  vocoder?: string
  /**
   * Folder of AP-BWE 24 kHz to 48 kHz (`g_24kto48k.zip` and its `config.json`), for `superSampling` with `gpt` and `sovits`
   * of v3.
   */
  superSampler?: string
  /** The published base model that a LoRA voice was trained on. Needed with a LoRA in `sovits`. */
  base?: string
  /**
   * Folder of the polyphone model g2pW (G2PWModel), for Chinese of v2 and later. Needs the packages `onnxruntime-node`
   * and `opencc-js`, and BERT's vocabulary in the same folder or in `bert`. Defaults to the one of `gpt-sovits pull g2pw`;
   * without it the dictionaries decide.
   */
  g2pw?: string
  /** A fastText model for the modes that find languages, such as lid.176.bin. Defaults to the small one of the package. */
  languageIdModel?: string
  /** Japanese words of your own in MeCab's CSV format; compiled once into the cache. */
  japaneseUserDictionary?: string
  /** `'auto'` (default) is `'cpu'`; `'cuda'` or `'cuda:1'` need a CUDA LibTorch. */
  device?: string
  /**
   * How the weights of the token network are held. `'fp16'`: as checkpoints store them, with a 16-bit cache of keys and
   * values; arithmetic stays in 32 bits but for prompts and the transformer of v3 and v4, whose products are right to
   * three digits or more. `'fp32'`: all in 32 bits, twice the memory, slower. `'int8'`: half the memory of `'fp16'`, also
   * for BERT, and faster; one scale an output, so tokens can differ from those of the others. `'auto'` (default) is
   * `'fp16'`.
   */
  precision?: 'auto' | 'fp32' | 'fp16' | 'int8'
  /** Threads for the networks; 1 to 1024. Defaults to the number of cores. Tokens do not depend on it; samples differ by rounding. */
  threads?: number
  /**
   * Bytes that this voice, other voices loaded in the process and the sentences they speak may hold together. A voice that
   * does not fit is refused before it is loaded, a sentence that can never fit before it is spoken
   * (`InsufficientMemoryError`); sentences that fit later wait. LibTorch itself (150 MB) and what one sentence's sound
   * needs while it is made are not counted. No limit by default.
   */
  maxMemory?: number
  /**
   * False: HuBERT, BERT and the speaker model, which only new references and Chinese need, are given back a second after the
   * last sentence and loaded again when they are needed. Default true.
   */
  keepLoaded?: boolean
  /** Where imported modules and prepared references are kept. Defaults to `GSV_CACHE_DIR` or the platform's cache folder. */
  cacheDir?: string
  /** Told of what takes time and of what is odd; silent by default. */
  logger?: Logger
  /** Path of the addon, for bundlers; the engine library is looked for beside it. */
  nativeBinding?: string
}

/** What is asked of one synthesis. One set of names in the class, the command line and the server. */
export interface SynthesisOptions {
  /** Language of the text. Defaults to `'en'`. See docs/text.md for the modes. */
  language?: LanguageMode
  /** Tempo: 2 is twice as fast. Range 0.25 to 4, default 1. */
  speed?: number
  /** Only the likeliest `topK` tokens are drawn from. Integer, 1 to 1025, default 15. */
  topK?: number
  /** Only the likeliest tokens whose probabilities sum to `topP` are drawn from. Above 0 to 1, default 1. */
  topP?: number
  /** How far sampling strays from the likeliest token. 0 to 2, default 1; 0 takes the likeliest whatever the seed. */
  temperature?: number
  /** Divides the logits of tokens already used. 0.5 to 5, default 1.35; 1 is none. */
  repetitionPenalty?: number
  /** The same seed gives the same samples. Integer, 0 to 2^53-1; drawn at random and reported when not given. */
  seed?: number
  /** How the text is cut into sentences. Default `'cut5'`: at every punctuation mark. */
  cut?: CutMethod
  /** Silence after each sentence in seconds. 0 to 10, default 0.3. */
  pause?: number
  /** Longest sentence in semantic tokens, 25 a second. Integer, 1 to 1500, default 1500. */
  maxTokens?: number
  /** How much the decoder's latent varies. 0 to 2, default 0.5, as upstream. */
  noiseScale?: number
  /**
   * Steps of flow matching, v3 and v4 only: more take proportionally longer and sound a little cleaner. Integer, 4 to 128,
   * default 8: the networks were trained to take long steps, and upstream's web page starts with 8 too.
   */
  sampleSteps?: number
  /**
   * How v3 and v4 paint what is longer than about 5 s. `'continued'` (default): each chunk goes on from the one before.
   * `'overlapped'`: every chunk goes on from the reference, and their sounds are joined where they match (SOLA), as
   * upstream does when it infers in parallel.
   */
  melChunks?: MelChunks
  /**
   * Raises the speech of v3 from 24 to 48 kHz: a network (AP-BWE) makes up the overtones above 12 kHz. Default false. Needs
   * `superSampler`; another version is refused.
   */
  superSampling?: boolean
  /** Phones of words of your own, by language. */
  lexicon?: Lexicon
  /**
   * What a stream gives at a time: whole sentences (default), or parts of them while they are still being spoken:
   * `'fixed-token'` after `chunkTokens`, then after ever more tokens; `'token'` at the quietest place of the half second behind.
   * v3 and v4 give sentences whatever is asked. See docs/streaming.md.
   */
  chunks?: ChunkMode
  /**
   * Length of a sentence's first part in semantic tokens, 25 a second. Integer, 4 to 500, default 16. A part is made when 16
   * tokens more are there, so that it sounds as in the whole sentence.
   */
  chunkTokens?: number
  /** Over how many semantic tokens a part of a sentence is cross-faded with the next. Integer, 1 to 10, default 2. */
  overlapTokens?: number
  /**
   * Parts sound as the whole sentence does (default). `false` does as upstream does: a part is made as soon as its tokens
   * are there, with noise of its own, all parts have the same length, those of `'token'` say what is behind their cut
   * twice, and the last join is not cross-faded.
   */
  exactChunks?: boolean
  /** Stops the call; the promise rejects with the signal's reason. */
  signal?: AbortSignal
  /** Called as tokens and sentences come. An error thrown here rejects the call. */
  onProgress?: (progress: SynthesisProgress) => void
}

/** How v3 and v4 paint a long sentence. */
export type MelChunks = 'continued' | 'overlapped'

type NumberName = keyof typeof numberRules | keyof typeof chunkRules

/** How much a stream gives at a time. */
export type ChunkMode = 'sentence' | 'token' | 'fixed-token'
export const chunkModes: readonly ChunkMode[] = ['sentence', 'token', 'fixed-token']

interface NumberRule {
  readonly default?: number
  readonly min: number
  readonly max: number
  readonly integer?: boolean
  /** The minimum itself is not allowed. */
  readonly above?: boolean
}

/** Ranges and defaults of every number, once; the command line and the docs read them here. */
export const numberRules = {
  speed: { default: 1, min: 0.25, max: 4 },
  topK: { default: 15, min: 1, max: 1025, integer: true },
  topP: { default: 1, min: 0, max: 1, above: true },
  temperature: { default: 1, min: 0, max: 2 },
  repetitionPenalty: { default: 1.35, min: 0.5, max: 5 },
  seed: { min: 0, max: Number.MAX_SAFE_INTEGER, integer: true },
  pause: { default: 0.3, min: 0, max: 10 },
  maxTokens: { default: 1500, min: 1, max: 1500, integer: true },
  noiseScale: { default: 0.5, min: 0, max: 2 },
  sampleSteps: { default: 8, min: 4, max: 128, integer: true }
} as const satisfies Record<string, NumberRule>

/** The same for streams that give parts of sentences. */
export const chunkRules = {
  chunkTokens: { default: 16, min: 4, max: 500, integer: true },
  overlapTokens: { default: 2, min: 1, max: 10, integer: true }
} as const satisfies Record<string, NumberRule>

const weightRule: NumberRule = { min: 0, max: 1000, above: true }

/**
 * The share of a recording among several; 1 when it is not given.
 * @throws {OptionRangeError | OptionTypeError}
 */
export function resolveWeight(name: string, value: unknown): number {
  return value === undefined ? 1 : checkNumber(name, value, weightRule)
}

/** Every language mode and cutting method, as the text room knows them. */
export const languageModes: readonly LanguageMode[] = LANGUAGE_MODES.v2
export const cutMethods: readonly CutMethod[] = CUT_METHODS

/** Every way of painting a long sentence. */
export const melChunkings: readonly MelChunks[] = ['continued', 'overlapped']

const synthesisKeys: readonly string[] = [
  ...Object.keys(numberRules),
  'melChunks',
  'superSampling',
  ...Object.keys(chunkRules),
  'language',
  'chunks',
  'exactChunks',
  'cut',
  'lexicon',
  'signal',
  'onProgress'
]
const pathKeys: readonly string[] = [
  'voice',
  'gpt',
  'sovits',
  'hubert',
  'bert',
  'speaker',
  'vocoder',
  'superSampler',
  'base',
  'g2pw',
  'languageIdModel',
  'japaneseUserDictionary',
  'cacheDir',
  'nativeBinding'
]
const configKeys: readonly string[] = [
  ...pathKeys,
  'device',
  'precision',
  'threads',
  'maxMemory',
  'keepLoaded',
  'logger'
]

/** Every option, checked and with its default; later changes of the caller's object change nothing. */
export interface ResolvedSynthesisOptions {
  readonly language: LanguageMode
  readonly speed: number
  readonly topK: number
  readonly topP: number
  readonly temperature: number
  readonly repetitionPenalty: number
  readonly seed: number
  readonly cut: CutMethod
  readonly pause: number
  readonly maxTokens: number
  readonly noiseScale: number
  readonly sampleSteps: number
  readonly melChunks: MelChunks
  readonly superSampling: boolean
  readonly chunks: ChunkMode
  readonly chunkTokens: number
  readonly overlapTokens: number
  readonly exactChunks: boolean
  readonly lexicon?: Lexicon
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: SynthesisProgress) => void
}

export interface ResolvedConfig {
  readonly voice?: string
  readonly gpt?: string
  readonly sovits?: string
  readonly hubert?: string
  readonly bert?: string
  readonly speaker?: string
  readonly vocoder?: string
  readonly superSampler?: string
  readonly base?: string
  readonly g2pw?: string
  readonly languageIdModel?: string
  readonly japaneseUserDictionary?: string
  readonly device: string
  readonly precision: 'fp32' | 'fp16' | 'int8'
  readonly threads: number
  /** Bytes; 0: no limit. */
  readonly maxMemory: number
  readonly keepLoaded: boolean
  readonly cacheDir?: string
  readonly logger: Logger
  readonly nativeBinding?: string
}

/** @throws {OptionRangeError} naming the range. @throws {OptionTypeError} for a wrong type or an unknown name. */
export function resolveSynthesisOptions(options: SynthesisOptions = {}): ResolvedSynthesisOptions {
  const given = snapshot(options, synthesisKeys, 'option')
  const { signal, onProgress, lexicon, exactChunks, superSampling } = given as SynthesisOptions
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw wrongType('signal', 'an AbortSignal', signal)
  if (exactChunks !== undefined && typeof exactChunks !== 'boolean') {
    throw wrongType('exactChunks', 'true or false', exactChunks)
  }
  if (superSampling !== undefined && typeof superSampling !== 'boolean') {
    throw wrongType('superSampling', 'true or false', superSampling)
  }
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw wrongType('onProgress', 'a function', onProgress)
  }
  if (lexicon !== undefined && (typeof lexicon !== 'object' || lexicon === null)) {
    throw wrongType('lexicon', 'an object', lexicon)
  }
  const rules: Readonly<Record<NumberName, NumberRule>> = { ...numberRules, ...chunkRules }
  const number = (name: NumberName, fallback = rules[name].default ?? 0): number =>
    given[name] === undefined ? fallback : checkNumber(name, given[name], rules[name])
  return Object.freeze({
    language: languageOf(given['language']),
    speed: number('speed'),
    topK: number('topK'),
    topP: number('topP'),
    temperature: number('temperature'),
    repetitionPenalty: number('repetitionPenalty'),
    seed: number('seed', randomSeed()),
    cut: oneOf('cut', given['cut'], cutMethods, 'cut5'),
    pause: number('pause'),
    maxTokens: number('maxTokens'),
    noiseScale: number('noiseScale'),
    sampleSteps: number('sampleSteps'),
    melChunks: oneOf('melChunks', given['melChunks'], melChunkings, 'continued'),
    superSampling: superSampling ?? false,
    chunks: oneOf('chunks', given['chunks'], chunkModes, 'sentence'),
    chunkTokens: number('chunkTokens'),
    overlapTokens: number('overlapTokens'),
    exactChunks: exactChunks ?? true,
    ...(lexicon ? { lexicon } : {}),
    ...(signal ? { signal } : {}),
    ...(onProgress ? { onProgress } : {})
  })
}

/** @throws {OptionTypeError} naming the field. @throws {OptionRangeError} for `threads`. */
export function resolveConfig(config: GptSovitsConfig): ResolvedConfig {
  const given = snapshot(config, configKeys, 'config field')
  const path = (name: string): string | undefined => {
    const value = given[name]
    if (value === undefined) return undefined
    if (typeof value !== 'string' || value === '') throw wrongType(name, 'a path', value)
    return value
  }
  const paths = Object.fromEntries(
    pathKeys.flatMap((name) => {
      const value = path(name)
      return value === undefined ? [] : [[name, value]]
    })
  )
  if (!paths['voice'] && !(paths['gpt'] && paths['sovits'])) {
    throw new OptionTypeError("give `voice`, the folder of an imported voice or 'demo', or both `gpt` and `sovits`")
  }
  if (paths['voice'] && (paths['gpt'] || paths['sovits'])) {
    throw new OptionTypeError('give either `voice` or `gpt` and `sovits`, not both')
  }
  const device = (given['device'] ?? 'auto') as string
  if (!/^(auto|cpu|cuda(:\d{1,2})?)$/.test(device)) {
    throw new OptionRangeError(`device is ${show(given['device'])}; it can be 'auto', 'cpu', 'cuda' or 'cuda:0'`)
  }
  const precision = oneOf('precision', given['precision'], ['auto', 'fp32', 'fp16', 'int8'] as const, 'auto')
  const keepLoaded = given['keepLoaded'] ?? true
  if (typeof keepLoaded !== 'boolean') throw wrongType('keepLoaded', 'true or false', keepLoaded)
  return Object.freeze({
    ...paths,
    device: device === 'auto' ? 'cpu' : device,
    precision: precision === 'auto' ? 'fp16' : precision,
    threads:
      given['threads'] === undefined
        ? 0
        : checkNumber('threads', given['threads'], { min: 1, max: 1024, integer: true }),
    maxMemory:
      given['maxMemory'] === undefined
        ? 0
        : checkNumber('maxMemory', given['maxMemory'], { min: 2 ** 20, max: Number.MAX_SAFE_INTEGER, integer: true }),
    keepLoaded,
    logger: (given['logger'] as Logger | undefined) ?? silent
  })
}

const silent: Logger = () => undefined

function snapshot(object: object, known: readonly string[], what: string): Record<string, unknown> {
  if (typeof object !== 'object' || object === null || Array.isArray(object)) {
    throw new OptionTypeError(`expected an object of ${what}s but received ${show(object)}`)
  }
  const copy: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  for (const key of Object.keys(object)) {
    if (!known.includes(key)) throw unknownName(key, known, what)
    copy[key] = (object as Record<string, unknown>)[key]
  }
  return copy
}

function unknownName(key: string, known: readonly string[], what: string): OptionTypeError {
  const plain = (name: string): string => name.toLowerCase().replaceAll(/[_-]/g, '')
  const near = known.find((name) => plain(name) === plain(key))
  return new OptionTypeError(
    near ? `unknown ${what} '${key}'; it is spelt '${near}'` : `unknown ${what} '${key}'; known: ${known.join(', ')}`
  )
}

function checkNumber(name: string, value: unknown, rule: NumberRule): number {
  if (typeof value !== 'number') throw wrongType(name, 'a number', value)
  const below = rule.above ? value <= rule.min : value < rule.min
  if (!Number.isFinite(value) || below || value > rule.max || (rule.integer && !Number.isInteger(value))) {
    const kind = rule.integer ? 'an integer' : 'a number'
    const low = rule.above ? `above ${rule.min}` : `from ${rule.min}`
    throw new OptionRangeError(`${name} is ${value}; it must be ${kind} ${low} to ${rule.max}`)
  }
  return value
}

function oneOf<T extends string>(name: string, value: unknown, allowed: readonly T[], fallback: T): T {
  if (value === undefined) return fallback
  if (typeof value !== 'string') throw wrongType(name, 'a string', value)
  const found = allowed.find((item) => item === value)
  if (!found) throw new OptionRangeError(`${name} is '${value}'; it can be ${allowed.join(', ')}`)
  return found
}

function languageOf(value: unknown): LanguageMode {
  if (value === undefined) return 'en'
  const found = languageModes.find((mode) => mode === value)
  if (!found) throw new UnsupportedLanguageError(`language is ${show(value)}; it can be ${languageModes.join(', ')}`)
  return found
}

function wrongType(name: string, expected: string, value: unknown): OptionTypeError {
  return new OptionTypeError(`expected ${expected} for ${name} but received ${show(value)} of type ${typeof value}`)
}

function show(value: unknown): string {
  return typeof value === 'string' ? `'${value.slice(0, 80)}'` : String(value).slice(0, 80)
}

function randomSeed(): number {
  return Math.floor(Math.random() * 2 ** 32)
}
