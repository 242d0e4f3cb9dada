import { OptionRangeError } from '../../../errors.js'
import { joinBytes } from '../bytes.js'
import type { AudioEncoder, ResolvedEncoderOptions } from '../encoder.js'
import type { SoundFormat } from '../formats.js'
import type { EncoderThread } from './encoder-thread.js'
import { encoderThread } from './pool.js'

// Of one message: an hour of speech is not held twice.
const MOST_SAMPLES = 2 ** 18

let opened = 0

// An encoder that is neither ended nor closed ends when nobody can reach it.
const forgotten = new FinalizationRegistry<{ thread: EncoderThread; id: number }>(({ thread, id }) =>
  thread.close(id, hasEnded())
)

/** Opens an encoder that works on another thread. */
export async function openThreadEncoder(format: SoundFormat, options: ResolvedEncoderOptions): Promise<AudioEncoder> {
  const thread = encoderThread()
  const id = opened++
  try {
    const { mimeType, sampleRate } = await thread.ask<'opened'>(id, { kind: 'open', format, options })
    const encoder = new ThreadEncoder(thread, id, mimeType, sampleRate)
    forgotten.register(encoder, { thread, id }, encoder)
    return encoder
  } catch (error) {
    thread.close(id, hasEnded())
    throw error
  }
}

class ThreadEncoder implements AudioEncoder {
  #head: Uint8Array | undefined
  #ended = false

  constructor(
    private readonly thread: EncoderThread,
    private readonly id: number,
    readonly mimeType: string,
    readonly sampleRate: number
  ) {}

  get head(): Uint8Array | undefined {
    return this.#head
  }

  async write(samples: Float32Array): Promise<Uint8Array> {
    if (this.#ended) throw hasEnded()
    const parts: Uint8Array[] = []
    for (let at = 0; at < samples.length; at += MOST_SAMPLES) {
      const copy = samples.slice(at, at + MOST_SAMPLES) // the caller keeps its own
      const { bytes } = await this.thread.ask<'bytes'>(this.id, { kind: 'write', samples: copy }, [copy.buffer])
      parts.push(bytes)
    }
    return joinBytes(parts)
  }

  async end(): Promise<Uint8Array> {
    if (this.#ended) throw hasEnded()
    this.#ended = true
    const { bytes, head } = await this.thread.ask<'bytes'>(this.id, { kind: 'end' })
    this.#head = head
    this.close()
    return bytes
  }

  close(): void {
    this.#ended = true
    forgotten.unregister(this)
    this.thread.close(this.id, hasEnded())
  }
}

function hasEnded(): OptionRangeError {
  return new OptionRangeError('this encoder has ended; open another one for more samples')
}
