import { describe, expect, it } from 'vitest'
import { tinyServer } from './harness.js'

interface Line {
  readonly type: string
  readonly text: string
  readonly start: number
  readonly end: number
  readonly words: readonly { readonly text: string; readonly start: number; readonly end: number }[]
}

describe('/api/speak', () => {
  it('tells when each word is spoken, within its sentence and after the silences before it', async () => {
    const { app } = await tinyServer()
    const ssml = '<speak>Hello there.<break time="2s"/>How are you?</speak>'
    const answer = await app.inject({ method: 'POST', url: '/api/speak', payload: { ssml, language: 'en', seed: 1 } })
    const lines = answer.body.trim().split('\n').map((line) => JSON.parse(line) as Line) // prettier-ignore
    const sentences = lines.filter(({ type }) => type === 'sentence')
    expect(sentences.map(({ words }) => words.map(({ text }) => text))).toEqual([
      ['Hello', 'there.'],
      [],
      ['How', 'are', 'you?']
    ])
    for (const { start, end, words } of sentences) {
      const times = words.flatMap((word) => [word.start, word.end])
      expect(times).toEqual([...times].sort((a, b) => a - b))
      for (const time of times) expect(time).toBeGreaterThanOrEqual(start - 0.001)
      for (const time of times) expect(time).toBeLessThanOrEqual(end + 0.001)
    }
    expect(sentences[2]?.words[0]?.start).toBeGreaterThan(2.3)
  })
})
