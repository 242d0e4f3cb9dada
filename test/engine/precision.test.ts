import { afterAll, describe, expect, it } from 'vitest'
import { benchmark } from '../../lib/benchmark.js'
import { GptSovits, type GptSovitsConfig, type PreparedReference, type Speech } from '../../lib/index.js'
import { reference, scratch, tiny } from './voice.js'

const cacheDir = scratch()
const open: GptSovits[] = []
afterAll(async () => {
  for (const tts of open) await tts.dispose()
})

async function voice(precision: NonNullable<GptSovitsConfig['precision']>): Promise<(text: string) => Promise<Speech>> {
  const tts = new GptSovits({ ...tiny, cacheDir, precision })
  open.push(tts)
  const prepared: PreparedReference = await tts.prepare(reference)
  return (text) => tts.synthesize(text, prepared, { seed: 3, maxTokens: 60 })
}

describe('precision', () => {
  it("is 'fp16' by default, with tokens close to those of fp32", async () => {
    const half = await (await voice('fp16'))('The same words.')
    const standard = await (await voice('auto'))('The same words.')
    const single = await (await voice('fp32'))('The same words.')
    expect(standard.samples).toEqual(half.samples)
    // The tiny voice is random noise, the hardest case: only the first tokens must agree.
    const tokens = (speech: Speech): number[] => [...(speech.sentences[0]?.tokens ?? [])].slice(0, 8)
    expect(tokens(half)).toEqual(tokens(single))
  })

  it("'int8' speaks, the same way twice", async () => {
    const speak = await voice('int8')
    const first = await speak('In a quarter of the room.')
    const second = await speak('In a quarter of the room.')
    expect(first.duration).toBeGreaterThan(0.1)
    expect(first.samples.every(Number.isFinite)).toBe(true)
    expect(second.samples).toEqual(first.samples)
  })
})

describe('the benchmark for users', () => {
  it('measures every stage and what the machine can do', async () => {
    const result = await benchmark({ ...tiny, cacheDir, precision: 'int8', threads: 1 }, reference)
    expect(result).toMatchObject({ version: 'v2', threads: 1, precision: 'int8' })
    const { machine, acoustic, speech } = result
    for (const value of [
      machine.bytesPerSecond,
      machine.operationsPerSecond,
      result.prefillSeconds,
      result.tokensPerSecond,
      result.tokensShare,
      acoustic?.realTimeFactor,
      acoustic?.share,
      speech?.realTimeFactor,
      speech?.firstSoundSeconds,
      speech?.togetherRealTimeFactor,
      result.loadSeconds
    ]) {
      expect(value).toBeGreaterThan(0)
    }
    expect(acoustic?.share).toBeLessThan(1)
    expect(result.peakBytes).toBeGreaterThan(100e6) // LibTorch alone is more
  })
})
