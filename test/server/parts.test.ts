import { afterAll, describe, expect, it } from 'vitest'
import { createServer } from '../../lib/server/index.js'

// The demo voice: its sentences are long enough for parts, and it ends them.
const server = await createServer({ port: 0, voice: { voice: 'demo' }, engine: { threads: 1 } }, {})
afterAll(() => server.close({ graceMs: 0 }))

interface Line {
  readonly type: string
  readonly index: number
  readonly last: boolean
  readonly start: number
  readonly words: readonly { readonly text: string; readonly start: number }[]
  readonly sampleRate: number
  readonly samples: string
}

describe('/api/speak', () => {
  it('tells parts of sentences as they are spoken', async () => {
    const body = { text: 'A sentence that is long enough for parts of it. And again.', language: 'en', seed: 1 }
    const sentences = async (chunks: string) => {
      const answer = await server.app.inject({ method: 'POST', url: '/api/speak', payload: { ...body, chunks } })
      const lines = answer.body.trim().split('\n').map((line) => JSON.parse(line) as Line) // prettier-ignore
      return lines.filter(({ type }) => type === 'sentence')
    }
    const parts = await sentences('token')
    const first = parts.filter(({ index }) => index === 0)
    expect(first.length).toBeGreaterThan(1)
    expect(first.map(({ last }) => last)).toEqual(first.map((_, i) => i === first.length - 1))
    expect(parts.filter(({ last }) => last).map(({ index }) => index)).toEqual([0, 1])
    // One part begins where the one before ends, and the words have the times that they have in whole sentences.
    for (const [i, { start }] of parts.slice(1).entries()) {
      const { samples, sampleRate, start: before } = parts[i] as Line
      expect(start).toBeCloseTo(before + Buffer.from(samples, 'base64').length / 2 / sampleRate, 3)
    }
    const whole = await sentences('sentence')
    const words = (lines: readonly Line[]) => lines.flatMap((line) => line.words)
    expect(words(parts).map(({ text }) => text)).toEqual(words(whole).map(({ text }) => text))
    for (const [i, { start }] of words(parts).entries()) expect(start).toBeCloseTo(words(whole)[i]?.start as number, 1)
  })
})
