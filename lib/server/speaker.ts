import { Resampler } from '../audio/index.js'
import { type ChunkMode, numberRules } from '../options.js'
import type { SpeechChunk } from '../types.js'
import type { VoicePool } from '../voices/index.js'
import type { Admission } from './admission.js'
import type { Casting } from './casting.js'
import { type Segment, segmentsOf } from './segments.js'
import type { SpeechRequest } from './speech-request.js'

/** A piece of what is spoken, in order. */
export interface SpokenPart {
  /** Mono, in [-1, 1]. */
  readonly samples: Float32Array
  /** Hz. */
  readonly sampleRate: number
  /** Absent for silence. */
  readonly chunk?: SpeechChunk
  /** Seconds of silence at the end of `samples`. */
  readonly pauseSeconds: number
}

// Only heard where a request is silence alone.
const SILENCE_RATE = 32000

/** Speaks what requests ask for: the one way from a request to samples, whatever the dialect. */
export class Speaker {
  constructor(
    private readonly casting: Casting,
    private readonly pool: VoicePool,
    private readonly admission: Admission
  ) {}

  /**
   * Leaving the loop, or aborting the signal, cancels what is left.
   * @throws {VoiceNotFoundError | PathNotAllowedError | OverloadedError} and what `GptSovits.stream` throws.
   */
  async *speak(request: SpeechRequest, signal: AbortSignal): AsyncGenerator<SpokenPart, void, undefined> {
    this.admission.checkRoom() // the disk is not asked for who is turned away
    const segments = await segmentsOf(request, this.casting)
    const leave = await this.admission.enter(signal)
    try {
      let silent = 0
      let rate: number | undefined
      for (const segment of segments) {
        if (segment.kind === 'silence') silent += segment.seconds
        else {
          for await (const part of atRate(this.#speakSegment(segment, request.chunks, signal), rate)) {
            rate ??= part.sampleRate
            if (silent > 0) yield silence(silent, rate)
            silent = 0
            yield part
          }
        }
      }
      if (silent > 0) yield silence(silent, rate ?? SILENCE_RATE)
    } finally {
      leave()
    }
  }

  async *#speakSegment(
    { text, part, options }: Extract<Segment, { kind: 'speech' }>,
    chunks: ChunkMode,
    signal: AbortSignal
  ): AsyncGenerator<SpokenPart, void, undefined> {
    const lease = await this.pool.acquire(part.model, signal)
    try {
      const pauseSeconds = options.pause ?? numberRules.pause.default
      for await (const chunk of lease.tts.stream(text, part.reference, { ...options, chunks, signal })) {
        const { samples, sampleRate } = chunk
        yield { samples, sampleRate, chunk, pauseSeconds: chunk.last ? pauseSeconds : 0 }
      }
    } finally {
      lease.release()
    }
  }
}

/** One sound has one rate: that of its first voice. */
async function* atRate(
  parts: AsyncIterable<SpokenPart>,
  rate: number | undefined
): AsyncGenerator<SpokenPart, void, undefined> {
  for await (const part of parts) {
    if (rate === undefined || part.sampleRate === rate) yield part
    else yield { ...part, samples: resampled(part, rate), sampleRate: rate }
  }
}

function resampled({ samples, sampleRate }: SpokenPart, rate: number): Float32Array {
  const resampler = new Resampler(sampleRate, rate)
  const [begun, ended] = [resampler.write(samples), resampler.end()]
  const whole = new Float32Array(begun.length + ended.length)
  whole.set(begun)
  whole.set(ended, begun.length)
  return whole
}

function silence(seconds: number, sampleRate: number): SpokenPart {
  return { samples: new Float32Array(Math.round(seconds * sampleRate)), sampleRate, pauseSeconds: seconds }
}
