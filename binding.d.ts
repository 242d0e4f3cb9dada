/**
 * The whole contract between `lib/` and `native/`. Every function that takes a `job` returns at once; what comes of it
 * arrives as events of that job: any number of `progress`, then one `done` or `failed`.
 * A test compares this file with what the addon exports.
 */

declare const voiceBrand: unique symbol
declare const referenceBrand: unique symbol
declare const spellingBrand: unique symbol

/** A loaded voice; opaque. */
export interface VoiceHandle {
  readonly [voiceBrand]: true
}

/** A prepared reference; opaque. It belongs to the networks of the voice that made it. */
export interface ReferenceHandle {
  readonly [referenceBrand]: true
}

/** An open spelling network; opaque. */
export interface SpellingHandle {
  readonly [spellingBrand]: true
}

/** A gated recurrent unit, row-major; the gates are reset, update and candidate. */
export interface RecurrentWeights {
  /** [symbols, 768]: what each symbol adds to the gates. */
  readonly inputs: Float32Array
  /** [768, 256] */
  readonly weightHidden: Float32Array
  /** [768] */
  readonly biasHidden: Float32Array
}

/** Letters through the encoder, phones out of the decoder. */
export interface SpellingWeights {
  readonly encoder: RecurrentWeights
  readonly decoder: RecurrentWeights
  /** [phones, 256] */
  readonly outputWeight: Float32Array
  /** [phones] */
  readonly outputBias: Float32Array
}

export type AttributeValue = boolean | number | string | readonly number[] | readonly (readonly number[])[]

/** A setting of a blueprint. */
export interface Attribute {
  readonly name: string
  readonly type: 'bool' | 'int' | 'float' | 'str' | 'int[]' | 'int[][]'
  readonly value: AttributeValue
}

/** One tensor of a blueprint and where it is in the checkpoint. */
export interface FillTensor {
  readonly name: string
  /** With weight norm: the direction. */
  readonly source: string
  /** With weight norm: the magnitude; else empty. */
  readonly magnitude: string
  /** Both are in the base, not in the checkpoint. */
  readonly inBase: boolean
  /** Of a LoRA, in the checkpoint: `up [outputs, rank] @ down [rank, inputs]` is added; else empty. */
  readonly down: string
  readonly up: string
  readonly shape: readonly number[]
  /** The dimension that keeps its own norm. */
  readonly weightNormDim: number
}

export interface FillRequest {
  readonly network: string
  readonly blueprint: string
  readonly checkpoint: string
  /** Of a LoRA: what it was trained on; else empty. */
  readonly base: string
  readonly output: string
  readonly tensors: readonly FillTensor[]
  readonly attributes: readonly Attribute[]
}

/** What a version is and needs; a row of native/engine/version.h. */
export interface Version {
  readonly name: string
  /** Table of phones. */
  readonly symbols: 'v1' | 'v2'
  /** Blueprint of the second stage. */
  readonly s2: string
  /** Blueprint of the speaker network that references need; empty: none. */
  readonly speaker: string
  /** Blueprint of the network that turns mel into sound; empty: the second stage speaks itself. */
  readonly vocoder: string
  /** Blueprint of the network that may raise the rate of its speech; empty: none. */
  readonly superSampler: string
  /** Of the speech, Hz. */
  readonly sampleRate: number
  /** Of the speech that was super-sampled, Hz; 0: none. */
  readonly superSampleRate: number
  /** Speech can begin before a sentence's tokens are all there. */
  readonly streamsTokens: boolean
  /** A reference without a transcript is refused. */
  readonly needsPromptText: boolean
}

export interface LoadVoiceRequest {
  readonly s1: string
  readonly s2: string
  readonly hubert: string
  /** Empty: none. */
  readonly bert: string
  /** Empty: none. */
  readonly speaker: string
  /** Empty: none. */
  readonly vocoder: string
  /** Empty: none. */
  readonly superSampler: string
  readonly version: string
  readonly sampleRate: number
  /** Window of the reference spectrogram in samples, a power of two. */
  readonly fftSize: number
  /** Step of the reference spectrogram in samples. */
  readonly hop: number
  /** 0: as many as there are cores. */
  readonly threads: number
  readonly device: string
  readonly precision: string
  /** Bytes that voices and the sentences they speak may hold; 0: no limit. */
  readonly maxMemory: number
  /** False: what only references and Chinese need is given back when nothing is spoken. */
  readonly keepLoaded: boolean
}

export interface Recording {
  /** Mono, nominally in [-1, 1]. */
  readonly samples: Float32Array
  readonly sampleRate: number
  /** Share in the style of several recordings; above 0. */
  readonly weight: number
}

export interface PrepareReferenceRequest {
  readonly voice: VoiceHandle
  readonly recordings: readonly Recording[]
  /** What was `kept` of them when the same networks prepared them before; then `recordings` may be empty. */
  readonly kept?: Readonly<Record<string, Tensor>> | undefined
}

/** BERT input of one stretch of Chinese; `word2ph` has one entry per id between [CLS] and [SEP]. */
export interface BertSpan {
  readonly ids: Int32Array
  readonly word2ph: Int32Array
  readonly firstPhone: number
}

export interface PhoneSequence {
  readonly phones: Int32Array
  readonly bert: readonly BertSpan[]
}

/** How a sentence is spoken in chunks while its tokens still come. */
export interface Chunking {
  /** After a number of tokens, or at the quietest place after it. */
  readonly cut: 'fixed' | 'quiet'
  /** Length of the first chunk; the next ones grow by half, up to `mostTokens`. */
  readonly firstTokens: number
  readonly mostTokens: number
  /** Decoded twice, to join. */
  readonly overlapTokens: number
  /** How far back an exact chunk sees its sentence; 0: to its beginning. */
  readonly contextTokens: number
  /** How many tokens behind an exact chunk, at least one, must be there before it is decoded; it sees them. */
  readonly lookaheadTokens: number
  /** False does as upstream: see docs/streaming.md. */
  readonly exact: boolean
}

export interface SpeakRequest {
  readonly voice: VoiceHandle
  readonly reference: ReferenceHandle
  /** No phones: the reference-free path. */
  readonly prompt: PhoneSequence
  readonly text: PhoneSequence
  readonly topK: number
  readonly topP: number
  readonly temperature: number
  readonly repetitionPenalty: number
  readonly speed: number
  readonly noiseScale: number
  /** Of flow matching, v3 and v4. 0: the version's default. */
  readonly sampleSteps: number
  readonly melChunks: 'continued' | 'overlapped'
  /** Of a voice that was loaded with a `superSampler`. */
  readonly superSampling: boolean
  readonly maxTokens: number
  /** Below 2^53. */
  readonly seed: number
  /** Index of the sentence in its request. */
  readonly sentence: number
  /** Undefined: whole. Ignored by versions that need a sentence's tokens whole. */
  readonly chunking?: Chunking | undefined
}

export interface Tensor {
  readonly shape: readonly number[]
  /** Results are Float32Array or BigInt64Array. */
  readonly data: Float32Array | Float64Array | BigInt64Array
}

export interface ProbeRequest {
  readonly voice: VoiceHandle
  readonly stage: string
  readonly tensors: Readonly<Record<string, Tensor>>
}

export interface Spoken {
  /** With `chunking`: what came after the last chunk. */
  readonly samples: Float32Array
  readonly sampleRate: number
  readonly tokens: Int32Array
  readonly truncated: boolean
  readonly attempts: number
  readonly semanticSeconds: number
  readonly acousticSeconds: number
}

export interface NativeEvent {
  readonly job: number
  readonly kind: 'progress' | 'chunk' | 'done' | 'failed'
}

export interface ProgressEvent extends NativeEvent {
  readonly kind: 'progress'
  readonly tokens: number
}

/** Part of a sentence, in order. */
export interface SpokenChunk extends NativeEvent {
  readonly kind: 'chunk'
  readonly samples: Float32Array
  readonly tokens: Int32Array
}

export interface FailedEvent extends NativeEvent {
  readonly kind: 'failed'
  readonly code: string
  readonly message: string
  readonly detail: string
}

export interface Binding {
  /** Once per environment, before any job. */
  setEventHandler(handler: (event: NativeEvent) => void): void
  /** Every version, at once. */
  versions(): Version[]
  /** Opens LibTorch, then the engine library. */
  openEngine(job: number, libtorch: string, engine: string): void
  /** Done: `{ json }`. Needs no engine. */
  inspect(job: number, path: string): void
  /** Done: `{ parameters, warnings }`. */
  fill(job: number, request: FillRequest): void
  /** Done: `{ voice, sampleRate, bytes }`; `sampleRate` is that of the speech. */
  loadVoice(job: number, request: LoadVoiceRequest): void
  /** Done: `{ reference, seconds, tokens, kept }`; from what was kept, `seconds` is 0 and `kept` empty. */
  prepareReference(job: number, request: PrepareReferenceRequest): void
  /** Done: `Spoken`. Before it: `SpokenChunk`s with `chunking`, progress: `{ tokens }`. */
  speak(job: number, request: SpeakRequest): void
  /** Done: `{ tensors }`. */
  probe(job: number, request: ProbeRequest): void
  /** Opens a Japanese dictionary, which stays open, and gives its number. `userDictionary` may be empty. */
  openJapanese(dictionary: string, userDictionary: string): number
  /** Phones of one stretch of Japanese with marks of the accent, apart by spaces, at once. */
  japanesePhones(dictionary: number, text: string): string
  /** Words of a Korean text, at once; the dictionary stays open. */
  morphemes(dictionary: string, text: string): { surface: string; tag: string }[]
  /** Copies the weights of the network that spells English words out. Freed with the handle. */
  openSpelling(weights: SpellingWeights): SpellingHandle
  /**
   * Phones of a word by number, at once, without the end mark.
   * @param letters numbers of the encoder's symbols; `start` and `end` are numbers of phones
   */
  spell(network: SpellingHandle, letters: Int32Array, start: number, end: number, most: number): Int32Array
  /** Compiles a Japanese user dictionary from MeCab's CSV format. Done: nothing more. */
  compileUserDictionary(job: number, dictionary: string, csv: string, output: string): void
  /** Ends a job with `ERR_GSV_ABORTED` as soon as it next looks. Unknown jobs are ignored. */
  cancel(job: number): void
  /** Gives a handle's memory back; running jobs keep what they use. */
  release(handle: VoiceHandle | ReferenceHandle): void
}
