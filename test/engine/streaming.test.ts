import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GptSovits, type SpeechChunk, type SynthesisOptions } from '../../lib/index.js'
import { packageRoot } from '../../lib/package-root.cjs'
import { unpackCheckpoints } from '../parity/voices.js'
import { reference, scratch } from './voice.js'

const TEXT = 'This is one sentence which is long enough to be spoken in many parts.'
const options: SynthesisOptions = { seed: 7, pause: 0, maxTokens: 60 }

const OVERLAP = 2 / 25 // seconds, of two tokens

// Random weights that do not end a sentence by themselves: long enough for many parts.
const checkpoints = scratch()
let tts: GptSovits
beforeAll(async () => {
  unpackCheckpoints(join(packageRoot, 'test', 'fixtures', 'goldens', 'core', 'checkpoints'), checkpoints)
  const at = (name: string): string => join(checkpoints, name)
  const files = { gpt: at('gpt_v2.ckpt'), sovits: at('sovits_v2.pth'), hubert: at('chinese-hubert-base') }
  tts = new GptSovits({ ...files, threads: 1 })
  await tts.ready
})
afterAll(() => tts.dispose())

async function chunks(text: Parameters<GptSovits['stream']>[0], more: SynthesisOptions = {}): Promise<SpeechChunk[]> {
  const found: SpeechChunk[] = []
  for await (const chunk of tts.stream(text, reference, { ...options, ...more })) found.push(chunk)
  return found
}
const tokens = (parts: readonly SpeechChunk[]): number[] => parts.flatMap((part) => [...part.tokens])
// Decibels.
function signalToNoise(wanted: readonly number[], given: readonly number[]): number {
  expect(given.length).toBe(wanted.length)
  const energy = (values: readonly number[]): number => values.reduce((sum, value) => sum + value * value, 0)
  return 10 * Math.log10(energy(wanted) / energy(wanted.map((value, i) => value - given[i]!)))
}
const samples = (parts: readonly SpeechChunk[]): number[] => parts.flatMap((part) => [...part.samples])

describe('a stream of parts of sentences', () => {
  it('speaks the tokens of the whole sentence, part by part', async () => {
    const whole = await chunks(TEXT)
    for (const mode of ['fixed-token', 'token'] as const) {
      const parts = await chunks(TEXT, { chunks: mode, chunkTokens: 10 })
      expect(tokens(parts)).toEqual(tokens(whole))
      expect(parts.map((part) => part.last)).toEqual([...parts.slice(1).map(() => false), true])
      expect(parts.every((part) => part.sentence === 0 && part.text === whole[0]!.text)).toBe(true)
    }
    expect((await chunks(TEXT, { chunks: 'fixed-token', chunkTokens: 10 })).length).toBeGreaterThan(2)
  })

  it('gives the first part of its length, and later ones half longer', async () => {
    const lengths = (await chunks(TEXT, { chunks: 'fixed-token', chunkTokens: 10 })).map((part) => part.tokens.length)
    expect(lengths.slice(0, -1)).toEqual([10, 15, 22, 33].slice(0, lengths.length - 1))
  })

  it('ends a part at a quiet place of the next half second, wherever it was quiet before', async () => {
    for (const seed of [1, 2, 3, 4]) {
      const parts = await chunks(TEXT, { chunks: 'token', chunkTokens: 10, seed })
      const lengths = parts.map((part) => part.tokens.length).slice(0, -1)
      expect(lengths.length).toBeGreaterThan(0)
      for (const [i, wanted] of [10, 15, 22, 33].slice(0, lengths.length).entries()) {
        expect(lengths[i]).toBeGreaterThanOrEqual(wanted)
        expect(lengths[i]).toBeLessThanOrEqual(wanted + 12)
      }
    }
  })

  it('is as long as the whole sentence, at any speed and however far the parts overlap', async () => {
    for (const more of [{}, { speed: 1.3 }, { speed: 0.77 }, { overlapTokens: 10, chunkTokens: 4 }]) {
      const parts = await chunks(TEXT, { chunks: 'fixed-token', chunkTokens: 10, ...more })
      expect(parts.length).toBeGreaterThan(2)
      expect(samples(parts).length).toBe(samples(await chunks(TEXT, more)).length)
    }
  })

  it('is the whole sentence where one part holds it', async () => {
    const one = await chunks(TEXT, { chunks: 'fixed-token', chunkTokens: 500 })
    expect(one).toHaveLength(1)
    expect(samples(one)).toEqual(samples(await chunks(TEXT)))
    const slow = { speed: 0.9, maxTokens: 25 } // one fewer than a first part and what it looks ahead
    const slowOne = await chunks(TEXT, { ...slow, chunks: 'fixed-token', chunkTokens: 10 })
    expect(slowOne).toHaveLength(1)
    expect(signalToNoise(samples(await chunks(TEXT, slow)), samples(slowOne))).toBeGreaterThan(90)
  })

  // A part sees all that came before it and some tokens behind it, and its noise is that of the whole sentence.
  it('sounds as the whole sentence does: nearly the same before the last join, the same behind it', async () => {
    const whole = samples(await chunks(TEXT))
    for (const mode of ['fixed-token', 'token'] as const) {
      const parts = await chunks(TEXT, { chunks: mode, chunkTokens: 10 })
      const streamed = samples(parts)
      const { samples: last, sampleRate } = parts.at(-1)!
      const joined = streamed.length - last.length + OVERLAP * sampleRate
      expect(signalToNoise(whole.slice(0, joined), streamed.slice(0, joined))).toBeGreaterThan(38)
      expect(signalToNoise(whole.slice(joined), streamed.slice(joined))).toBeGreaterThan(95)
    }
  })

  it('says something of every length, however it falls on the parts', async () => {
    for (let maxTokens = 24; maxTokens < 29; maxTokens++) {
      const parts = await chunks(TEXT, { chunks: 'fixed-token', chunkTokens: 10, maxTokens })
      expect(tokens(parts)).toHaveLength(maxTokens)
      expect(parts.at(-1)!.last).toBe(true)
      expect(parts.every((part) => part.samples.length > 0)).toBe(true)
      expect(samples(parts).length).toBe(samples(await chunks(TEXT, { maxTokens })).length)
    }
  })

  it('sees 10 s back at most, and is the same up to there', async () => {
    const long = { chunks: 'fixed-token', chunkTokens: 100, maxTokens: 380 } as const
    const bounded = await chunks(TEXT, long)
    const whole = await chunks(TEXT, { ...long, maxTokens: 240 })
    expect(bounded.map((part) => part.tokens.length)).toEqual([100, 100, 100, 80])
    expect(bounded[0]?.samples).toEqual(whole[0]?.samples)
    expect(bounded[1]?.samples).toEqual(whole[1]?.samples)
    const seconds = bounded.reduce((sum, part) => sum + part.samples.length / part.sampleRate, 0)
    expect(seconds).toBeGreaterThan(380 / 25 - 0.04)
    expect(samples(bounded).every(Number.isFinite)).toBe(true)
  })

  it('gives the same samples for the same seed', async () => {
    const more = { chunks: 'fixed-token', chunkTokens: 12, speed: 1.3 } as const
    expect(samples(await chunks(TEXT, more))).toEqual(samples(await chunks(TEXT, more)))
  })

  it('can be stopped between parts, and be spoken again', async () => {
    const more = { ...options, chunks: 'fixed-token', chunkTokens: 10 } as const
    const controller = new AbortController()
    const stream = tts.stream(TEXT, reference, { ...more, signal: controller.signal })
    const first = (await stream.next()).value as SpeechChunk
    controller.abort(new Error('enough'))
    await expect(stream.next()).rejects.toThrow('enough')
    const again = await chunks(TEXT, more)
    expect(again.length).toBeGreaterThan(2)
    expect(again[0]!.samples).toEqual(first.samples)
  })

  it('can be spoken as upstream does, without growing', async () => {
    const parts = await chunks(TEXT, { chunks: 'fixed-token', chunkTokens: 10, exactChunks: false })
    expect(parts.slice(0, -1).every((part) => part.tokens.length === 10)).toBe(true)
    const lost = samples(await chunks(TEXT)).length - samples(parts).length
    expect(lost).toBeGreaterThanOrEqual(0)
    expect(lost).toBeLessThanOrEqual(320 * (parts.length - 2)) // the last part is laid on without a search
  })
})

describe('a consumer that does not read', () => {
  it('holds its own text back after 4 MB, and nobody else', async () => {
    const text = Array.from({ length: 80 }, (_, i) => `Sentence number ${i} is here.`).join(' ')
    let furthest = 0
    const onProgress = ({ sentence }: { sentence: number }): void => void (furthest = Math.max(furthest, sentence))
    const stream = tts.stream(text, reference, { ...options, onProgress })
    const first = (await stream.next()).value as SpeechChunk
    // As long as anything of it is spoken, the others' sentences need longer than that takes.
    let before = -1
    while (furthest > before) {
      before = furthest
      for (let i = 0; i < 8; i++) expect((await chunks('Somebody else.')).length).toBe(1)
    }
    const held = Math.ceil((4 * 2 ** 20) / first.samples.byteLength)
    expect(furthest).toBeGreaterThanOrEqual(held - 1)
    expect(furthest).toBeLessThanOrEqual(held + 6)
    // Reading goes on where it stopped.
    const rest: SpeechChunk[] = []
    for await (const chunk of stream) rest.push(chunk)
    expect(rest.map(({ sentence }) => sentence)).toEqual(Array.from({ length: 79 }, (_, i) => i + 1))
  })
})

describe('a consumer that reads', () => {
  it('alone holds what it has read', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const stream = tts.stream('One. Two. Three. Four. Five. Six. Seven. Eight.', reference, {
      ...options,
      maxTokens: 10
    })
    const read: WeakRef<Float32Array>[] = []
    const readOne = async (): Promise<void> => {
      const { value } = await stream.next()
      if (value) read.push(new WeakRef(value.samples))
    }
    for (let i = 0; i < 6; i++) await readOne()
    await new Promise((resolve) => setTimeout(resolve, 1)) // a WeakRef holds its target until its turn is over
    collect()
    // The generator may still hold what it gave last.
    expect(read.map((samples) => samples.deref() !== undefined).slice(0, -1)).toEqual(Array(5).fill(false))
    await stream.return()
  })
})

describe('a text that comes in pieces', () => {
  it('is spoken as its sentences become whole, before the rest is there', async () => {
    let release: () => void = () => undefined
    const waiting = new Promise<void>((resolve) => (release = resolve))
    async function* model() {
      yield 'The first sentence is here. And'
      await waiting
      yield ' so is the second.'
    }
    const stream = tts.stream(model(), reference, options)
    const first = await stream.next() // would wait for ever if all of the text had to be there
    expect((first.value as SpeechChunk).text).toBe('The first sentence is here.')
    release()
    expect(((await stream.next()).value as SpeechChunk).text).toBe('And so is the second.')
    expect((await stream.next()).done).toBe(true)
  })

  it('can be left, aborted or fail while it is waited for', async () => {
    const never = async function* () {
      yield 'One sentence is here. '
      yield 'And'
      await new Promise(() => undefined)
    }
    const controller = new AbortController()
    const stream = tts.stream(never(), reference, { ...options, signal: controller.signal })
    await stream.next()
    controller.abort(new Error('enough'))
    await expect(stream.next()).rejects.toThrow('enough')

    const left = tts.stream(never(), reference, options)
    await left.next()
    await left.return(undefined)

    const failing = async function* () {
      yield 'One sentence is here. And'
      throw new Error('the model is gone')
    }
    await expect(chunks(failing())).rejects.toThrow('the model is gone')
  })

  it('must hold something to speak, and only text', async () => {
    await expect(tts.synthesize(['', ' '], reference)).rejects.toMatchObject({ code: 'ERR_GSV_EMPTY_TEXT' })
    await expect(tts.synthesize([7] as never, reference)).rejects.toMatchObject({ code: 'ERR_GSV_WRONG_TYPE' })
  })
})
