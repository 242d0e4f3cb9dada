import { ReferenceAudioError, UnsupportedAudioError } from '../../errors.js'
import { checkFinite, checkLength, checkShape, type DecodedAudio, type DecodeTask } from '../limits.js'
import type { Compressed } from '../sniff.js'
import { type DecoderPackage, runDecoder } from './run-decoder.js'
import type { DecodedStep } from './worker-source.js'

const formats: Readonly<Record<Compressed['kind'], DecoderPackage & { readonly name: string }>> = {
  flac: { name: 'FLAC', module: '@wasm-audio-decoders/flac', decoder: 'FLACDecoder' },
  mp3: { name: 'MP3', module: 'mpg123-decoder', decoder: 'MPEGDecoder' },
  vorbis: { name: 'Ogg Vorbis', module: '@wasm-audio-decoders/ogg-vorbis', decoder: 'OggVorbisDecoder' },
  opus: { name: 'Opus', module: 'ogg-opus-decoder', decoder: 'OggOpusDecoder' }
}

/** FLAC, MP3, Ogg Vorbis or Opus, decoded by a worker that cannot hold this thread nor grow without bound. */
export async function decodeCompressed(task: DecodeTask, sniffed: Compressed): Promise<DecodedAudio> {
  const format = formats[sniffed.kind]
  const collector = new Collector(task, format.name, sniffed.kind === 'mp3' && sniffed.mono)
  await runDecoder(format, task, (step) => {
    if (sniffed.kind === 'flac') rescale(step)
    collector.add(step)
  })
  return collector.finish()
}

/** The FLAC decoder has the largest integer at 1; everywhere else it is just below, and the smallest at -1. */
function rescale({ channels, bitDepth = 16 }: DecodedStep): void {
  const scale = 2 ** (bitDepth - 1)
  for (const channel of channels) {
    for (let i = 0; i < channel.length; i++) channel[i] = Math.round((channel[i] as number) * (scale - 1)) / scale
  }
}

/** Joins what the steps of a decoder gave. Damaged files give anything: every step is checked. */
class Collector {
  readonly #steps: (readonly Float32Array[])[] = []
  #frames = 0
  #sampleRate = 0
  #channels = 0
  #faults = 0

  /** isMono: the decoder gives two equal channels for one. */
  constructor(
    private readonly task: DecodeTask,
    private readonly format: string,
    private readonly isMono: boolean
  ) {}

  add({ channels: given, sampleRate, faults }: DecodedStep): void {
    this.#faults += faults
    const channels = this.isMono ? given.slice(0, 1) : given
    const frames = Math.min(...channels.map((channel) => channel.length))
    if (channels.length === 0 || frames === 0) return
    this.#checkShape(sampleRate, channels.length)
    for (const channel of channels) checkFinite(this.task.name, channel)
    this.#frames += frames
    checkLength(this.task, { frames: this.#frames, sampleRate, channels: channels.length, atLeast: true })
    this.#steps.push(channels.map((channel) => channel.subarray(0, frames)))
  }

  finish(): DecodedAudio {
    const { name } = this.task
    if (this.#frames === 0) {
      throw new ReferenceAudioError(
        `${name} is 0 s long: no sound could be decoded as ${this.format}; it may be damaged`
      )
    }
    const samples = Array.from({ length: this.#channels }, (_, index) => this.#join(index))
    const warnings = this.#faults > 0 ? [`${name} is damaged: ${this.#faults} parts could not be decoded`] : []
    return { samples, sampleRate: this.#sampleRate, seconds: this.#frames / this.#sampleRate, warnings }
  }

  #checkShape(sampleRate: number, channels: number): void {
    const { name } = this.task
    if (this.#steps.length === 0) {
      checkShape(name, sampleRate, channels)
      this.#sampleRate = sampleRate
      this.#channels = channels
    } else if (sampleRate !== this.#sampleRate || channels !== this.#channels) {
      throw new UnsupportedAudioError(`${name} changes its sample rate or its channels on the way; it may be damaged`)
    }
  }

  #join(index: number): Float32Array {
    const whole = new Float32Array(this.#frames)
    let at = 0
    for (const step of this.#steps) {
      const part = step[index]
      if (!part) continue
      whole.set(part, at)
      at += part.length
    }
    return whole
  }
}
