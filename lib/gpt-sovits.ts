import type { Binding, PhoneSequence, ProgressEvent, Spoken, VoiceHandle } from '../binding.js'
import { DisposedError, EmptyTextError, OptionTypeError } from './errors.js'
import { JoinedAbort } from './joined-abort.js'
import { engine, run } from './native.js'
import { type GptSovitsConfig, resolveConfig, type ResolvedConfig, resolveSynthesisOptions } from './options.js'
import type { ResolvedSynthesisOptions, SynthesisOptions } from './options.js'
import { isPreparedReference, type PreparedReference, ReferenceRoom } from './reference.js'
import { chunkingOf, Sentence } from './sentence.js'
import { type Pace, SentenceLine } from './sentence-line.js'
import { Speech } from './speech/index.js'
import { networksOf, openVoice, superSampledRate, type VoiceModules } from './store/index.js'
import { sentencesOf, type TextFrontend, type TextOptions, type TextPiece, type TextStream } from './text/index.js'
import type { ReferenceInput, SpeechChunk, VoiceInfo } from './types.js'
import { withFiles } from './voice-errors.js'
import { frontend, phoneSequence } from './voice-text.js'

interface Loaded {
  readonly addon: Binding
  readonly modules: VoiceModules
  readonly handle: VoiceHandle
  readonly info: VoiceInfo
  readonly text: TextFrontend
  readonly references: ReferenceRoom
}

/**
 * A GPT-SoVITS voice, ready to speak.
 *
 * @example
 * const tts = new GptSovits({ gpt: 'voice.ckpt', sovits: 'voice.pth', hubert: 'chinese-hubert-base' })
 * const speech = await tts.synthesize('Hello.', { audio: 'reference.wav', text: 'What it says.' })
 * await speech.toFile('hello.wav')
 */
export class GptSovits {
  readonly #config: ResolvedConfig
  readonly #loading: Promise<Loaded>
  readonly #stop = new AbortController()
  #disposed: Promise<void> | undefined

  /**
   * Returns at once; the voice loads in the background and the first call waits for it.
   * @throws {OptionTypeError} for an unknown field or a wrong type.
   * @throws {OptionRangeError} for a value out of range.
   */
  constructor(config: GptSovitsConfig) {
    this.#config = resolveConfig(config)
    this.#loading = this.#load()
    this.#loading.catch(() => undefined) // told to whoever awaits `ready` or the first call
  }

  /** Resolves when the voice is loaded, with what it is; rejects with the reason why it cannot be. */
  get ready(): Promise<VoiceInfo> {
    return this.#loading.then((loaded) => loaded.info)
  }

  /**
   * Prepares a reference once for many calls.
   * @throws {ReferenceAudioError} shorter than 3 s, longer than 10 s, silent or not finite.
   * @throws {UnsupportedAudioError} not audio of a kind that is decoded.
   * @throws {ReferenceTextError} no `text` for a voice that needs it: v3 and v4.
   */
  async prepare(reference: ReferenceInput, options: { signal?: AbortSignal } = {}): Promise<PreparedReference> {
    const loaded = await this.#loaded()
    const joined = new JoinedAbort(options.signal, this.#stop.signal)
    return loaded.references.prepare(reference, joined.signal).finally(() => joined.leave())
  }

  /**
   * Speaks a text, or one that still comes in pieces, in the voice of a reference; without one in that of the voice's own, if it brings one (as the demo voice
   * does).
   * @throws {EmptyTextError} nothing in the text can be spoken.
   * @throws {OptionRangeError | OptionTypeError} for a bad option.
   */
  async synthesize(
    text: string | TextStream,
    reference?: ReferenceInput | PreparedReference,
    options: SynthesisOptions = {}
  ): Promise<Speech> {
    const resolved = resolveSynthesisOptions(options)
    const chunks: SpeechChunk[] = []
    for await (const chunk of this.#speak(text, reference, resolved, 'whole')) chunks.push(chunk)
    return new Speech(chunks, resolved.seed, resolved.pause)
  }

  /**
   * Speaks a text sentence by sentence, or in smaller parts with `chunks`. Leaving the loop cancels what is left.
   * A text that comes in pieces, such as a language model's answer, is spoken as its sentences become whole.
   * @throws the same as `synthesize`.
   */
  stream(
    text: string | TextStream,
    reference?: ReferenceInput | PreparedReference,
    options: SynthesisOptions = {}
  ): AsyncGenerator<SpeechChunk, void, undefined> {
    const resolved = resolveSynthesisOptions(options)
    return this.#speak(text, reference, resolved, resolved.chunks === 'sentence' ? 'sentences' : 'parts')
  }

  /** Cancels what runs and gives the memory back. Later calls throw a DisposedError. */
  dispose(): Promise<void> {
    this.#disposed ??= this.#release()
    return this.#disposed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose()
  }

  async #load(): Promise<Loaded> {
    const { signal } = this.#stop
    const addon = await engine(this.#config.nativeBinding)
    const modules = await openVoice(addon, this.#config, signal)
    this.#config.logger('debug', `loading a ${modules.version.name} voice`)
    const { handle, sampleRate, bytes } = await this.#loadModules(addon, modules)
    const { name, streamsTokens, needsPromptText } = modules.version
    const info: VoiceInfo = { version: name, sampleRate, streamsTokens, needsReferenceText: needsPromptText, bytes }
    const text = frontend(this.#config)
    const references = new ReferenceRoom(addon, handle, text, modules, this.#config.cacheDir)
    return { addon, modules, handle, info, text, references }
  }

  async #loadModules(addon: Binding, modules: VoiceModules) {
    const { threads, device, precision, maxMemory, keepLoaded } = this.#config
    const request = { ...networksOf(modules), threads, device, precision, maxMemory, keepLoaded }
    const loaded = await run<{ voice: VoiceHandle; sampleRate: number; bytes: number }>(
      (job) => addon.loadVoice(job, request),
      { signal: this.#stop.signal }
    ).catch((error: unknown) => Promise.reject(withFiles(error, modules) as Error))
    return { handle: loaded.voice, sampleRate: loaded.sampleRate, bytes: loaded.bytes }
  }

  async #release(): Promise<void> {
    this.#stop.abort(new DisposedError('this GptSovits was disposed'))
    const loaded = await this.#loading.catch(() => undefined)
    if (!loaded) return
    loaded.references.dispose()
    loaded.addon.release(loaded.handle)
  }

  async #loaded(): Promise<Loaded> {
    this.#stop.signal.throwIfAborted()
    return this.#loading
  }

  async *#speak(
    text: string | TextStream,
    reference: ReferenceInput | PreparedReference | undefined,
    options: ResolvedSynthesisOptions,
    pace: Pace
  ): AsyncGenerator<SpeechChunk, void, undefined> {
    const left = new JoinedAbort(options.signal, this.#stop.signal)
    const { signal } = left
    let pieces: AsyncGenerator<TextPiece> | undefined
    try {
      signal.throwIfAborted()
      const loaded = await this.#loaded()
      const given = reference ?? ownReference(loaded.modules)
      const prepared = isPreparedReference(given) ? given : await loaded.references.prepare(given, signal)
      signal.throwIfAborted()
      const sampleRate = options.superSampling ? superSampledRate(loaded.modules) : loaded.info.sampleRate
      pieces = piecesOf(text, loaded.text, textOptions(options, loaded.modules))
      // Versions that need a sentence's tokens whole give sentences whatever is asked.
      const line = new SentenceLine(pace === 'parts' && !loaded.info.streamsTokens ? 'sentences' : pace)
      signal.addEventListener('abort', () => line.leave(signal.reason), { once: true })
      let audioSeconds = 0
      void feed(line, pieces, (piece) => {
        const sentence = new Sentence(piece, line.count, sampleRate, options.pause)
        this.#start(loaded, prepared, sentence, options, signal, () => audioSeconds)
        return sentence
      })
      for (;;) {
        const chunk = await line.next()
        if (!chunk) break
        audioSeconds += chunk.samples.length / chunk.sampleRate
        options.onProgress?.({ sentence: chunk.sentence, tokens: chunk.tokens.length, audioSeconds })
        yield chunk
      }
      if (line.count === 0) throw new EmptyTextError('the text holds nothing that can be spoken')
    } finally {
      left.abort() // the line is left with it
      pieces?.return(undefined).catch(() => undefined) // a text that never comes is not waited for
    }
  }

  #start(
    loaded: Loaded,
    reference: PreparedReference,
    sentence: Sentence,
    options: ResolvedSynthesisOptions,
    signal: AbortSignal,
    audioSeconds: () => number
  ): void {
    const { topK, topP, temperature, repetitionPenalty, speed, noiseScale, sampleSteps, melChunks, seed } = options
    const { onProgress, superSampling } = options
    const { piece, index } = sentence
    const text: PhoneSequence = phoneSequence(piece, loaded.modules)
    const request = {
      ...{ topK, topP, temperature, repetitionPenalty, speed, noiseScale, sampleSteps, melChunks, seed },
      ...{ superSampling, sentence: index, text },
      voice: loaded.handle,
      reference: reference.handle,
      prompt: reference.prompt,
      maxTokens: Math.min(options.maxTokens, loaded.modules.maxTokens),
      chunking: chunkingOf(options)
    }
    const onTokens = ({ tokens }: ProgressEvent): void => {
      try {
        onProgress?.({ sentence: index, tokens, audioSeconds: audioSeconds() })
      } catch (error) {
        sentence.fail(error)
      }
    }
    run<Spoken>((job) => loaded.addon.speak(job, request), {
      signal,
      onChunk: (part) => sentence.add(part),
      ...(onProgress ? { onProgress: onTokens } : {})
    }).then(
      (spoken) => sentence.end(spoken),
      (error: unknown) => sentence.fail(withFiles(error, loaded.modules))
    )
  }
}

// Gives the text's sentences to the engine as the line has room for them.
async function feed(
  line: SentenceLine,
  pieces: AsyncGenerator<TextPiece>,
  start: (piece: TextPiece) => Sentence
): Promise<void> {
  try {
    for await (const piece of pieces) {
      if (!(await line.hasRoom())) return
      line.add(start(piece))
    }
    line.complete()
  } catch (error) {
    line.fail(error)
  }
}

async function* piecesOf(
  text: string | TextStream,
  frontend: TextFrontend,
  options: TextOptions
): AsyncGenerator<TextPiece, void, undefined> {
  if (typeof text === 'string') yield* frontend.pieces(text, options)
  else for await (const sentence of sentencesOf(text)) yield* frontend.pieces(sentence.trim(), options)
}

function ownReference(modules: VoiceModules): ReferenceInput {
  const [first] = modules.references
  if (first) return first
  throw new OptionTypeError('expected a reference: { audio, text }; this voice brings none of its own')
}

function textOptions(options: ResolvedSynthesisOptions, modules: VoiceModules): TextOptions {
  const { language, cut, lexicon } = options
  return { language, cut, version: modules.version.symbols, ...(lexicon ? { lexicon } : {}) }
}
