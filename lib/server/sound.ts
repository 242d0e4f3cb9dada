import { type AudioEncoder, audioFormats, createEncoder } from '../audio/index.js'
import type { SpokenPart } from './speaker.js'
import type { OutputChoice } from './speech-request.js'

const WAV_HEAD_BYTES = 44

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
      yield* given(await encoder.write(samples))
      if (!output.chained || !output.streaming) continue
      yield* given(await encoder.end())
      encoder = undefined
    }
    if (encoder) yield* given(await encoder.end())
  } finally {
    encoder?.close()
  }
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
