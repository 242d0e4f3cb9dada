import { type AudioEncoder, audioFormats, createEncoder } from '../audio/index.js'
import type { SpokenPart } from './speaker.js'
import type { OutputChoice } from './speech-request.js'

const WAV_HEAD_BYTES = 44
const SLICE_SECONDS = 0.2

/** Bytes of a format from what is spoken, as it is spoken. The first bytes come with the first sound. */
export async function* encoded(
  parts: AsyncIterable<SpokenPart>,
  output: OutputChoice
): AsyncGenerator<Uint8Array, void, undefined> {
  let encoder: AudioEncoder | undefined
  let isFirst = true
  const given = (bytes: Uint8Array): Uint8Array[] => {
    if (bytes.length === 0) return []
    const head = isFirst && output.streaming && output.format === 'wav' && output.wavSizes === 'zero'
    isFirst = false
    return [head ? withoutSizes(bytes) : bytes]
  }
  try {
    for await (const { samples, sampleRate } of parts) {
      encoder ??= await open(output, sampleRate)
      for (const slice of output.streaming ? slices(samples, sampleRate) : [samples]) {
        yield* given(await encoder.write(slice))
      }
      if (!output.chained || !output.streaming) continue
      yield* given(await encoder.end())
      encoder = undefined
    }
    if (encoder) yield* given(await encoder.end())
  } finally {
    encoder?.close()
  }
}

/** The first bytes of a sentence leave before all of it is encoded. */
function* slices(samples: Float32Array, sampleRate: number): Generator<Float32Array, void, undefined> {
  const length = Math.ceil(sampleRate * SLICE_SECONDS)
  for (let at = 0; at < samples.length; at += length) yield samples.subarray(at, at + length)
}

function open({ format, streaming, sampleRate: wanted }: OutputChoice, sampleRate: number): Promise<AudioEncoder> {
  return createEncoder(format, { sampleRate, streaming, ...(wanted && { outputSampleRate: wanted }) })
}

/** What Python's `wave` module writes when it knows no length: 36 bytes after the first size, none after the second. */
function withoutSizes(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice()
  if (copy.length < WAV_HEAD_BYTES) return copy
  const view = new DataView(copy.buffer, copy.byteOffset)
  view.setUint32(4, WAV_HEAD_BYTES - 8, true)
  view.setUint32(WAV_HEAD_BYTES - 4, 0, true)
  return copy
}

export function mimeTypeOf({ format }: OutputChoice): string {
  return audioFormats[format].mimeType
}
