import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GptSovits, type SynthesisOptions } from '../../lib/index.js'
import { packageRoot } from '../../lib/package-root.cjs'
import { unpackCheckpoints } from '../parity/voices.js'
import { reference, scratch } from './voice.js'

// Sentences of all calls decode together; nobody must be able to hear that.

const checkpoints = scratch()
const voices: GptSovits[] = []
beforeAll(async () => {
  unpackCheckpoints(join(packageRoot, 'test', 'fixtures', 'goldens', 'core', 'checkpoints'), checkpoints)
  const at = (name: string): string => join(checkpoints, name)
  const files = { gpt: at('gpt_v2.ckpt'), sovits: at('sovits_v2.pth'), hubert: at('chinese-hubert-base'), threads: 1 }
  for (const precision of ['fp16', 'int8'] as const) voices.push(new GptSovits({ ...files, precision }))
  await Promise.all(voices.map((voice) => voice.ready))
})
afterAll(() => Promise.all(voices.map((voice) => voice.dispose())))

interface Call {
  readonly voice: number
  readonly text: string
  readonly options: SynthesisOptions
}

const given: Omit<Call, 'voice'>[] = [
  { text: 'A short one.', options: { maxTokens: 12 } },
  { text: 'This one is of a middling length, and of two parts.', options: { maxTokens: 30 } },
  { text: 'One. Two. Three. Four. Five. Six. Seven. Eight. Nine. Ten.', options: { maxTokens: 15, cut: 'cut4' } },
  { text: 'It comes in parts while it is being spoken.', options: { chunks: 'fixed-token', chunkTokens: 6 } },
  { text: 'So does this, at quiet places.', options: { chunks: 'token', chunkTokens: 6, speed: 1.3 } },
  { text: 'And a last one.', options: { temperature: 0, repetitionPenalty: 1 } }
]
const calls = given.flatMap(({ text, options }, i) =>
  voicesOf(i).map((voice): Call => ({ voice, text, options: { maxTokens: 24, pause: 0, seed: i, ...options } }))
)

function voicesOf(call: number): number[] {
  return call % 2 === 0 ? [0, 1] : [0]
}

async function spoken({ voice, text, options }: Call, signal?: AbortSignal): Promise<Float32Array[]> {
  const parts: Float32Array[] = []
  const tts = voices[voice] as GptSovits
  for await (const chunk of tts.stream(text, reference, { ...options, ...(signal && { signal }) })) {
    parts.push(chunk.samples)
  }
  return parts
}

describe('sentences that are spoken at the same time', () => {
  it('sound as each does alone, in whatever order they come and whoever is cancelled meanwhile', async () => {
    const alone: Float32Array[][] = []
    for (const call of calls) alone.push(await spoken(call))
    for (let order = 0; order < 3; order++) {
      const doomed = calls.map((call, i) => cancelledAfter(call, (i * (order + 1)) % 7))
      const together = await Promise.all(
        calls
          .map((_, i) => (i * [1, 2, 4][order]! + order) % calls.length)
          .map(async (i) => {
            expect(await spoken(calls[i] as Call), `call ${i} in order ${order}`).toEqual(alone[i])
            return i
          })
      )
      expect(new Set(together).size).toBe(calls.length)
      await Promise.all(doomed)
    }
  }, 120_000)

  it('of one text, too', async () => {
    const text = Array.from({ length: 14 }, (_, i) => `Sentence number ${i} is here.`).join(' ')
    const options: SynthesisOptions = { seed: 3, maxTokens: 20, pause: 0 }
    const tts = voices[0] as GptSovits
    const whole = await tts.synthesize(text, reference, options)
    const streamed: number[] = []
    for await (const chunk of tts.stream(text, reference, options)) streamed.push(...chunk.samples)
    expect([...whole.samples]).toEqual(streamed)
    expect(whole.sentences.map(({ text }) => text)).toHaveLength(14)
  })

  it('do not keep a newcomer waiting', async () => {
    const tts = voices[0] as GptSovits
    const options: SynthesisOptions = { seed: 3, maxTokens: 30, pause: 0 }
    const text = Array.from({ length: 40 }, (_, i) => `Sentence number ${i} is here.`).join(' ')
    let ended = 0
    const long = new AbortController()
    const running = (async () => {
      for await (const chunk of tts.stream(text, reference, { ...options, signal: long.signal }))
        if (chunk.last) ended++
    })().catch((error: Error) => error.name)
    while (ended < 4) await new Promise((resolve) => setTimeout(resolve, 1))
    const before = ended
    let atFirst: number | undefined
    const onProgress = (): void => void (atFirst ??= ended)
    await tts.synthesize('Here.', reference, { ...options, onProgress })
    long.abort()
    expect(await running).toBe('AbortError')
    // Those of the long text that were done meanwhile, by the fifth token of the newcomer.
    expect((atFirst as number) - before).toBeLessThanOrEqual(2)
  })
})

// Ends at its nth event from the engine: no clock decides.
async function cancelledAfter(call: Call, events: number): Promise<void> {
  const controller = new AbortController()
  let seen = 0
  const onProgress = (): void => {
    if (++seen > events) controller.abort()
  }
  if (events === 0) setImmediate(() => controller.abort())
  await spoken({ ...call, options: { ...call.options, onProgress } }, controller.signal).catch((error: Error) => {
    if (error.name !== 'AbortError') throw error
  })
}
