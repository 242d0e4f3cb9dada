import { setImmediate } from 'node:timers/promises'
import { Bytes } from '../bytes.js'
import { ReferenceAudioError } from '../../errors.js'
import { checkFinite, checkLength, checkShape, type DecodedAudio, type DecodeTask } from '../limits.js'
import { readFormat, type WavFormatChunk } from './format.js'
import { findChunks } from './chunks.js'

// Samples converted before other work gets its turn: a few milliseconds.
const SLICE = 2 ** 20

/** RIFF, RF64, BW64 and Sony's W64. */
export async function decodeWav(task: DecodeTask, container: 'riff' | 'w64'): Promise<DecodedAudio> {
  const file = new Bytes(task.bytes)
  const chunks = findChunks(file, container, task.name)
  const format = readFormat(file, chunks.format, task.name)
  const { sampleRate, channels, frameBytes } = format
  checkShape(task.name, sampleRate, channels)
  const frames = Math.floor(chunks.data.length / frameBytes)
  if (frames === 0) throw new ReferenceAudioError(`${task.name} is 0 s long: it holds no sound`)
  checkLength(task, { frames, sampleRate, channels })

  const samples = Array.from({ length: channels }, () => new Float32Array(frames))
  const step = Math.ceil(SLICE / channels)
  for (let from = 0; from < frames; from += step) {
    if (from > 0) await setImmediate()
    task.signal?.throwIfAborted()
    const to = Math.min(frames, from + step)
    readFrames(task.bytes.subarray(chunks.data.start), format, samples, from, to)
    if (format.isFloat) for (const channel of samples) checkFinite(task.name, channel.subarray(from, to))
  }
  return { samples, sampleRate, seconds: frames / sampleRate, warnings: chunks.warnings }
}

function readFrames(
  data: Uint8Array,
  format: WavFormatChunk,
  samples: readonly Float32Array[],
  from: number,
  to: number
): void {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const { sampleBytes, frameBytes, read } = format
  samples.forEach((channel, index) => {
    let at = from * frameBytes + index * sampleBytes
    for (let frame = from; frame < to; frame++, at += frameBytes) channel[frame] = read(view, at)
  })
}
