import { keepEncoderThread } from '../audio/index.js'
import { ReferenceAudioError } from '../errors.js'
import { JoinedAbort } from '../joined-abort.js'
import { Characters, VoicePool, type VoiceModel } from '../voices/index.js'
import { Admission } from './admission.js'
import { Answers } from './answers.js'
import { Casting } from './casting.js'
import type { DialectSettings } from './dialect.js'
import { failureOf } from './failure.js'
import { Metrics } from './metrics.js'
import type { ResolvedServerOptions } from './options.js'
import { AllowedPaths } from './paths.js'
import { ResultCache } from './result-cache.js'
import { Speaker, type SpokenPart } from './speaker.js'
import type { SpeechRequest } from './speech-request.js'
import { Uploads } from './uploads.js'

/** Parts of a server that a test may take the place of. */
export interface Seams {
  /** Told of `/control`. */
  readonly onControl?: (command: 'exit' | 'restart') => void
  /** Stands between a request and the voice. */
  readonly speak?: (
    request: SpeechRequest,
    signal: AbortSignal,
    speak: Speaker['speak']
  ) => AsyncGenerator<SpokenPart, void, undefined>
}

/** What the routes of one server share. */
export class Services {
  readonly characters: Characters
  readonly pool: VoicePool
  readonly paths: AllowedPaths
  readonly uploads = new Uploads()
  readonly answers = new Answers()
  readonly casting: Casting
  readonly admission: Admission
  readonly cache: ResultCache
  readonly metrics: Metrics
  /** Ends everything that still speaks. */
  readonly stop = new AbortController()
  readonly #speaker: Speaker
  readonly #releaseEncoders = keepEncoderThread()
  #reference: DialectSettings['reference']
  #version = 'v2'
  #ready = false

  constructor(
    readonly options: ResolvedServerOptions,
    private readonly seams: Seams = {}
  ) {
    const { voice, voiceName: name, reference, characters: directory, engine, maxMemory } = options
    const emotion = { name: 'default', ...(reference && { reference }) }
    const own = voice && { name, model: voice, emotions: [emotion] }
    this.characters = new Characters({ directory, own })
    this.pool = new VoicePool({ config: engine, maxMemory })
    this.paths = new AllowedPaths(options.allowPaths)
    this.casting = new Casting(this.characters, this.paths, this.uploads)
    this.casting.model = voice
    this.admission = new Admission(options)
    this.cache = new ResultCache(this.casting)
    this.metrics = new Metrics(this)
    this.#speaker = new Speaker(this.casting, this.pool, this.admission)
  }

  get isReady(): boolean {
    return this.#ready && !this.admission.isClosing
  }

  settings(): DialectSettings {
    const { maxInputChars, lenient, compatStatus200, wavStreamSize, aliases } = this.options
    const reference = this.#reference && { reference: this.#reference }
    return {
      voiceVersion: this.#version,
      maxInputChars,
      lenient,
      compatStatus200,
      wavStreamSize,
      aliases,
      ...reference
    }
  }

  async *speak(request: SpeechRequest, signal: AbortSignal): AsyncGenerator<SpokenPart, void, undefined> {
    const speak = this.#speaker.speak.bind(this.#speaker)
    const either = new JoinedAbort(signal, this.stop.signal)
    try {
      yield* this.metrics.watch(this.seams.speak?.(request, either.signal, speak) ?? speak(request, either.signal))
    } finally {
      either.leave()
    }
  }

  /** Loads the voice that speaks where a request names none. Without one yet, the server is ready all the same. */
  async preload(): Promise<void> {
    const model = await this.currentModel()
    if (model) await this.#load(model)
    this.#ready = true
  }

  /** Puts other networks in place of the server's own; if they do not load, the old ones go on. */
  async switchModel(model: VoiceModel): Promise<void> {
    await this.#load(model)
    this.casting.model = model
  }

  /** Networks that speak where a request names no character. */
  async currentModel(): Promise<VoiceModel | undefined> {
    return this.casting.model ?? (await this.characters.list()).find(({ model }) => model)?.model
  }

  /**
   * Keeps a recording for requests that bring none.
   * @throws {PathNotAllowedError | ReferenceAudioError | UnsupportedAudioError}
   */
  async setReference(reference: NonNullable<DialectSettings['reference']>): Promise<void> {
    const audio = await this.casting.file(reference.path)
    if (audio === undefined) throw new ReferenceAudioError('the reference recording is not there')
    const model = await this.currentModel()
    if (model) {
      const lease = await this.pool.acquire(model)
      await lease.tts.prepare({ audio }).finally(() => lease.release())
    }
    this.#reference = reference
  }

  onControl(command: 'exit' | 'restart'): void {
    this.seams.onControl?.(command)
  }

  asked(request: SpeechRequest, id: string): void {
    const { logText, logger } = this.options
    if (!logText) return
    logger('info', `${id} ${JSON.stringify(request.task.kind === 'text' ? request.task.text : request.task.ssml)}`)
  }

  failed(error: unknown, id: string): void {
    const { status, code, message } = failureOf(error)
    const quotes = message.length > 0 && !this.options.logText ? code : `${code}: ${message}`
    this.options.logger(status >= 500 ? 'warn' : 'info', `${id} failed with ${status} ${quotes}`)
  }

  async dispose(): Promise<void> {
    this.#releaseEncoders()
    await this.pool.dispose()
    await this.uploads.dispose()
  }

  async #load(model: VoiceModel): Promise<void> {
    const lease = await this.pool.acquire(model)
    this.#version = lease.info.version
    lease.release()
  }
}
