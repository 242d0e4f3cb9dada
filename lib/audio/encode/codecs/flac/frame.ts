import { BitWriter } from './bit-writer.js'
import { crc16, crc8 } from './checksum.js'
import { planRice, type RicePlan, writeResidual, zigzag } from './residual.js'

export const BLOCK_SIZE = 4096
export const BITS = 16
const HIGHEST_ORDER = 4

/** One frame of 16-bit mono samples, at most `BLOCK_SIZE` of them. */
export function flacFrame(samples: Int16Array, number: number, sampleRate: number): Uint8Array {
  const writer = new BitWriter()
  writeHeader(writer, samples.length, number, sampleRate)
  writer.write(crc8(writer.bytes()), 8)
  writeSubframe(writer, samples)
  writer.align()
  writer.write(crc16(writer.bytes()), 16)
  return writer.bytes().slice()
}

function writeHeader(writer: BitWriter, blockSize: number, number: number, sampleRate: number): void {
  const rateFits = sampleRate < 65536
  writer.write(0xfff8, 16) // frames of one size, counted
  writer.write(blockSize === BLOCK_SIZE ? 0b1100 : 0b0111, 4)
  writer.write(rateFits ? 0b1101 : 0, 4) // else as the stream's head says
  writer.write(0b0000_100_0, 8) // mono, 16 bits
  writeCounter(writer, number)
  if (blockSize !== BLOCK_SIZE) writer.write(blockSize - 1, 16)
  if (rateFits) writer.write(sampleRate, 16)
}

/** A number of up to 31 bits, laid out as UTF-8 lays out a character. */
function writeCounter(writer: BitWriter, value: number): void {
  if (value < 0x80) return writer.write(value, 8)
  let more = 1
  while (value >= 2 ** (5 * more + 6)) more++
  writer.write((0xff << (7 - more)) | Math.floor(value / 2 ** (6 * more)), 8)
  for (let i = more - 1; i >= 0; i--) writer.write(0x80 | (Math.floor(value / 2 ** (6 * i)) & 0x3f), 8)
}

function writeSubframe(writer: BitWriter, samples: Int16Array): void {
  if (samples.every((sample) => sample === samples[0])) {
    writer.write(0, 8) // constant
    writer.write(samples[0] as number, BITS)
    return
  }
  const { order, folded, plan } = bestPredictor(samples)
  if (plan.bits + order * BITS >= samples.length * BITS) {
    writer.write(0b000001_0, 8) // verbatim
    for (const sample of samples) writer.write(sample, BITS)
    return
  }
  writer.write((0b001000 | order) << 1, 8)
  for (let i = 0; i < order; i++) writer.write(samples[i] as number, BITS)
  writeResidual(writer, folded, order, plan)
}

interface Prediction {
  readonly order: number
  readonly folded: Uint32Array
  readonly plan: RicePlan
}

/** The fixed polynomial predictor that leaves least, on the average of the samples that all of them predict. */
function bestPredictor(samples: Int16Array): Prediction {
  const highest = Math.min(HIGHEST_ORDER, samples.length - 1)
  let residual = Int32Array.from(samples)
  let [best, order, least] = [residual, 0, magnitude(residual, highest)]
  for (let candidate = 1; candidate <= highest; candidate++) {
    residual = differences(residual)
    const left = magnitude(residual, highest - candidate)
    if (left < least) [best, order, least] = [residual, candidate, left]
  }
  const folded = zigzag(best)
  return { order, folded, plan: planRice(folded, order) }
}

function differences(values: Int32Array): Int32Array<ArrayBuffer> {
  const out = new Int32Array(values.length - 1)
  for (let i = 0; i < out.length; i++) out[i] = (values[i + 1] as number) - (values[i] as number)
  return out
}

function magnitude(values: Int32Array, first: number): number {
  let sum = 0
  for (let i = first; i < values.length; i++) sum += Math.abs(values[i] as number)
  return sum
}
