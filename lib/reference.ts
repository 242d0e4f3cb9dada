import { createHash } from 'node:crypto'
import type { Binding, PhoneSequence, Recording, ReferenceHandle, Tensor, VoiceHandle } from '../binding.js'
import { decodeAudio, readAudioFile, trimReference } from './audio/index.js'
import { OptionTypeError, ReferenceTextError } from './errors.js'
import { KeptReferences } from './kept-references.js'
import { run } from './native.js'
import { resolveWeight } from './options.js'
import type { VoiceModules } from './store/index.js'
import type { TextFrontend } from './text/index.js'
import type { ReferenceInput, WeightedRecording } from './types.js'
import { withFiles } from './voice-errors.js'
import { phoneSequence } from './voice-text.js'

const brand = Symbol.for('gpt-sovits.prepared-reference')
// Recordings of a chat or an audio book are used again and again; a prepared one is small.
const KEPT = 16
const noPhones: PhoneSequence = { phones: new Int32Array(0), bert: [] }

/** A reference that the networks have read; it belongs to the voice that prepared it. */
export interface PreparedReference {
  readonly [brand]: true
  /** Length of the recording in seconds, after trimming. */
  readonly seconds: number
  /** @internal */
  readonly handle: ReferenceHandle
  /** @internal */
  readonly prompt: PhoneSequence
}

export function isPreparedReference(value: ReferenceInput | PreparedReference): value is PreparedReference {
  return typeof value === 'object' && value !== null && brand in value
}

interface HeardFile {
  readonly name: string
  readonly bytes: Uint8Array
  readonly weight: number
}
interface ReferencePrepared {
  readonly reference: ReferenceHandle
  readonly seconds: number
  readonly kept: Readonly<Record<string, Tensor>>
}
type Heard = { handle: ReferenceHandle; seconds: number }

/** Prepares references for one voice; the same recordings are read once, known by their content. */
export class ReferenceRoom {
  readonly #kept = new Map<string, Promise<Heard>>()
  readonly #onDisk: KeptReferences

  constructor(
    private readonly addon: Binding,
    private readonly voice: VoiceHandle,
    private readonly text: TextFrontend,
    private readonly modules: VoiceModules,
    cacheDir?: string
  ) {
    this.#onDisk = new KeptReferences(modules, cacheDir)
  }

  async prepare(input: ReferenceInput, signal: AbortSignal): Promise<PreparedReference> {
    const recordings = recordingsOf(input)
    if (this.modules.version.needsPromptText && !input.text?.trim()) {
      throw new ReferenceTextError(`a ${this.modules.version.name} voice needs \`text\`: what the reference says`)
    }
    const files = await Promise.all(
      recordings.map(async ({ audio, weight }) => ({ ...(await readAudioFile(audio)), weight }))
    )
    signal.throwIfAborted()
    const key = createHash('sha256').update(input.refTrim ?? 'none')
    for (const { bytes, weight } of files) {
      key.update(createHash('sha256').update(bytes).digest()).update(`weight ${weight}`)
    }
    const recordingsKey = key.digest('hex')
    const hear = async (): Promise<Heard> =>
      (await this.#recall(recordingsKey, signal)) ??
      (await this.#hear(recordingsKey, files, input.refTrim ?? 'none', signal))
    const heard = await this.#once(recordingsKey, hear)
    signal.throwIfAborted()
    return { [brand]: true, ...heard, prompt: await this.#prompt(input) }
  }

  dispose(): void {
    for (const heard of this.#kept.values()) {
      heard.then(({ handle }) => this.addon.release(handle)).catch(() => undefined)
    }
    this.#kept.clear()
  }

  async #once(key: string, hear: () => Promise<Heard>): Promise<Heard> {
    const known = this.#kept.get(key)
    this.#kept.delete(key)
    const heard = known ?? hear()
    this.#kept.set(key, heard) // last: the most recently used
    heard.catch(() => {
      if (this.#kept.get(key) === heard) this.#kept.delete(key)
    })
    if (this.#kept.size > KEPT) this.#kept.delete(this.#kept.keys().next().value as string)
    return heard
  }

  /** What a process made of these recordings before. */
  async #recall(key: string, signal: AbortSignal): Promise<Heard | undefined> {
    const kept = await this.#onDisk.read(key)
    if (!kept) return undefined
    const request = { voice: this.voice, recordings: [], kept: kept.tensors }
    try {
      const { reference } = await run<ReferencePrepared>((job) => this.addon.prepareReference(job, request), { signal })
      return { handle: reference, seconds: kept.seconds }
    } catch (error) {
      if (error instanceof OptionTypeError) return undefined // whole, but not what this release keeps
      throw error
    }
  }

  async #hear(key: string, files: readonly HeardFile[], trim: 'auto' | 'none', signal: AbortSignal) {
    const recordings: Recording[] = []
    for (const file of files) {
      const { samples, sampleRate } = await decodeAudio(file.bytes, { name: file.name, signal })
      const mono = mix(samples)
      recordings.push({
        samples: trim === 'auto' ? trimReference(mono, sampleRate) : mono,
        sampleRate,
        weight: file.weight
      })
    }
    const { reference, seconds, kept } = await run<ReferencePrepared>(
      (job) => this.addon.prepareReference(job, { voice: this.voice, recordings }),
      { signal }
    ).catch((error: unknown) => Promise.reject(withFiles(error, this.modules) as Error))
    await this.#onDisk.write(key, { seconds, tensors: kept })
    return { handle: reference, seconds }
  }

  async #prompt(input: ReferenceInput): Promise<PhoneSequence> {
    const said = input.text?.trim()
    if (!said) return noPhones
    const language = input.language ?? 'en'
    // Upstream ends the transcript with a mark: without one the voice runs on into the text.
    const ended = /[，。？！,.?!~:：—…]$/u.test(said) ? said : said + (language === 'en' ? '.' : '。')
    const piece = await this.text.pronounce(ended, { language, version: this.modules.version.symbols })
    return phoneSequence(piece, this.modules)
  }
}

function mix(channels: readonly Float32Array[]): Float32Array {
  const first = channels[0] ?? new Float32Array(0)
  if (channels.length === 1) return first
  const mono = new Float32Array(first.length)
  for (let i = 0; i < mono.length; i++) {
    let sum = 0
    for (const channel of channels) sum += channel[i] ?? 0
    mono[i] = sum / channels.length
  }
  return mono
}

const inputKeys = ['audio', 'text', 'language', 'more', 'weight', 'refTrim']
const recordingKeys = ['audio', 'weight']

/** The recordings of a reference, the first first. @throws {OptionTypeError | OptionRangeError} naming the field. */
function recordingsOf(input: ReferenceInput): Required<WeightedRecording>[] {
  checkFields('reference', input, inputKeys)
  if (input.text !== undefined && typeof input.text !== 'string') {
    throw new OptionTypeError('expected a string for reference.text')
  }
  const more = input.more ?? []
  if (!Array.isArray(more)) throw new OptionTypeError('expected an array for reference.more')
  const first = { audio: input.audio, weight: input.weight }
  return [first, ...(more as NonNullable<ReferenceInput['more']>)].map((item, index) => {
    const name = index === 0 ? 'reference' : `reference.more[${index - 1}]`
    if (isAudio(item)) return { audio: item, weight: 1 }
    checkFields(name, item, recordingKeys)
    if (!isAudio(item.audio)) throw new OptionTypeError(`expected a path or a Uint8Array for ${name}.audio`)
    return { audio: item.audio, weight: resolveWeight(`${name}.weight`, item.weight) }
  })
}

function isAudio(value: unknown): value is string | Uint8Array {
  return typeof value === 'string' || value instanceof Uint8Array
}

function checkFields(name: string, value: unknown, known: readonly string[]): asserts value is object {
  if (typeof value !== 'object' || value === null) throw new OptionTypeError(`expected an object for ${name}`)
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) {
      throw new OptionTypeError(`unknown field '${key}' of ${name}; known: ${known.join(', ')}`)
    }
  }
}
