import { UnsupportedConfigError } from '../errors.js'
import type { Source } from './fill.js'

const SAMPLE_RATE = 16_000
// Of a reference in seconds, without the silence that is put at its end.
const [SHORTEST, LONGEST] = [3, 10]
// Frames that attend to one another; the published network makes 500 of the longest reference.
const MOST_FRAMES = 8192
const STRIDES = [5, 2, 2, 2, 2, 2, 2]

/**
 * Sees that HuBERT makes at least one token's frames of the shortest reference, and not too many of the longest.
 * @throws {UnsupportedConfigError} naming `conv_stride`.
 */
export function checkFrames(hubert: Source, s2: Source): void {
  const given = (hubert.config as { conv_stride?: unknown } | null | undefined)?.conv_stride ?? STRIDES
  if (!Array.isArray(given) || !given.every((stride) => Number.isSafeInteger(stride) && stride > 0)) return // its blueprint says so
  const kernels = given.map((_, i) => shapeOf(hubert, `feature_extractor.conv_layers.${i}.conv.weight`)[2] ?? 1)
  const framesOf = (seconds: number): number => {
    const length = (samples: number, stride: number, i: number): number =>
      Math.max(0, Math.floor((samples - (kernels[i] as number)) / stride) + 1)
    return (given as number[]).reduce(length, seconds * SAMPLE_RATE)
  }
  const needed = shapeOf(s2, 'ssl_proj.weight')[2] ?? 1
  if (framesOf(SHORTEST) >= needed && framesOf(LONGEST) <= MOST_FRAMES) return
  throw new UnsupportedConfigError(
    `${hubert.file}: config.conv_stride is ${JSON.stringify(given)}, which makes ${framesOf(SHORTEST)} frames of ` +
      `${SHORTEST} s and ${framesOf(LONGEST)} of ${LONGEST} s; ${needed} or more and ${MOST_FRAMES} or fewer are needed`
  )
}

function shapeOf({ inspection, base }: Source, name: string): readonly number[] {
  const tensors = [...inspection.tensors, ...(base?.inspection.tensors ?? [])]
  return tensors.find((tensor) => tensor.name === name || tensor.name.endsWith(`.${name}`))?.shape ?? []
}
