import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Speech, SubtitleWriter, Timeline, timingsOf } from '../../../lib/index.js'
import { cuesOf } from '../../../lib/speech/index.js'
import type { SpeechChunk } from '../../../lib/types.js'

const RATE = 1000
const PAUSE = 0.3

/** A sentence of a tone with quiet before and after it, and the pause. */
function chunk(sentence: number, text: string, { quiet = 0, sound = 1, pause = PAUSE } = {}): SpeechChunk {
  const samples = new Float32Array(Math.round((2 * quiet + sound + pause) * RATE))
  for (let i = 0; i < sound * RATE; i++) samples[quiet * RATE + i] = Math.sin(i) / 2
  const words = text.split(' ').filter(Boolean).map((word) => ({ text: word, phones: word.length })) // prettier-ignore
  const rest = { tokens: Int32Array.of(sentence), last: true, truncated: false, attempts: 1, warnings: [] }
  return { samples, sampleRate: RATE, sentence, text, words, ...rest }
}

const speech = new Speech([chunk(0, 'Hello there.'), chunk(1, 'a <b> & c', { quiet: 0.5, sound: 2 })], 1, PAUSE)

describe('the times of a speech', () => {
  it('are exact for sentences, and by phones for words, where the sentence sounds', () => {
    expect(timingsOf(speech.sentences)).toEqual({
      sentences: [
        {
          text: 'Hello there.',
          start: 0,
          end: 1,
          words: [
            { text: 'Hello', start: 0, end: 0.455 },
            { text: 'there.', start: 0.455, end: 1 }
          ]
        },
        {
          text: 'a <b> & c',
          start: 1.3,
          end: 4.3,
          words: [
            { text: 'a', start: 1.8, end: 2.133 },
            { text: '<b>', start: 2.133, end: 3.133 },
            { text: '&', start: 3.133, end: 3.467 },
            { text: 'c', start: 3.467, end: 3.8 }
          ]
        }
      ]
    })
    expect(speech.words.map(({ text }) => text)).toEqual(['Hello', 'there.', 'a', '<b>', '&', 'c'])
  })

  it('are the same however a sentence is split into chunks', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 900 }), { maxLength: 6 }), (cuts) => {
        const whole = chunk(0, 'one two three', { quiet: 0.2, sound: 0.8 })
        const timeline = new Timeline(PAUSE)
        timeline.add(chunk(-1, 'before'))
        let at = 0
        for (const size of [...cuts, 5000]) {
          timeline.add({ ...whole, samples: whole.samples.subarray(at, at + size), tokens: Int32Array.of(at) })
          at += size
        }
        const sentence = timeline.end()
        expect(sentence).toMatchObject({ start: 1.3, end: 2.5 })
        expect(sentence?.tokens).toHaveLength(cuts.length + 1)
        const milliseconds = sentence?.words.map(({ start }) => Math.round(1000 * start))
        expect(milliseconds).toEqual([1500, 1718, 1936])
      })
    )
  })

  it('leave out silences between sentences', () => {
    const silence = { ...chunk(1, '', { sound: 0, pause: 2 }), words: [] }
    const { sentences, duration } = new Speech([chunk(0, 'a'), silence, chunk(1, 'b')], 1, PAUSE)
    expect(sentences.map(({ text, start, end }) => [text, start, end])).toEqual([
      ['a', 0, 1],
      ['b', 3.3, 4.3]
    ])
    expect(duration).toBeCloseTo(4.6)
  })

  it('cover a sentence that is silent', () => {
    const { words } = new Speech([chunk(0, 'a b', { sound: 0, quiet: 0.5 })], 1, PAUSE)
    expect(words.map(({ start, end }) => [start, end])).toEqual([
      [0, 0.5],
      [0.5, 1]
    ])
  })
})

describe('subtitles', () => {
  it('as SubRip', () => {
    expect(speech.subtitles('srt')).toBe(
      '1\n00:00:00,000 --> 00:00:01,000\nHello there.\n\n2\n00:00:01,300 --> 00:00:04,300\na <b> & c\n\n'
    )
  })

  it('as WebVTT, with its own signs escaped', () => {
    expect(speech.subtitles('vtt')).toBe(
      'WEBVTT\n\n1\n00:00:00.000 --> 00:00:01.000\nHello there.\n\n' +
        '2\n00:00:01.300 --> 00:00:04.300\na &lt;b&gt; &amp; c\n\n'
    )
  })

  it('as JSON, which is what timingsOf gives', () => {
    expect(JSON.parse(speech.subtitles('json'))).toEqual(timingsOf(speech.sentences))
    expect(JSON.parse(new SubtitleWriter('json').end())).toEqual({ sentences: [] })
    expect(new SubtitleWriter('vtt').end()).toBe('WEBVTT\n')
  })

  it('a cue a word', () => {
    const cues = speech.subtitles('srt', { per: 'word' }).split('\n\n').filter(Boolean)
    expect(cues).toHaveLength(6)
    expect(cues[1]).toBe('2\n00:00:00,455 --> 00:00:01,000\nthere.')
  })

  it('hours later', () => {
    const timeline = new Timeline(PAUSE)
    timeline.add({ ...chunk(0, '', { sound: 0, pause: 1 }), samples: new Float32Array(RATE * 3661.5), words: [] })
    timeline.add(chunk(1, 'Late --> r'))
    const sentence = timeline.end()
    expect(sentence && new SubtitleWriter('srt').add(sentence)).toBe('1\n01:01:01,500 --> 01:01:02,500\nLate → r\n\n')
  })

  it('split a long sentence between words, within the columns', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z]{1,9}$/), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 10, max: 90 }),
        (list, maxColumns) => {
          const [sentence] = new Speech([chunk(0, `${list.join(' ')}.`)], 1, PAUSE).sentences
          const cues = cuesOf(sentence as NonNullable<typeof sentence>, { maxColumns })
          expect(cues.map(({ text }) => text).join(' ')).toBe(`${list.join(' ')}.`)
          for (const { text, start, end } of cues) {
            expect(text.length).toBeLessThanOrEqual(maxColumns)
            expect(end).toBeGreaterThan(start)
          }
          expect(cues.slice(1).every(({ start }, i) => start >= (cues[i]?.end ?? 0) - 1e-9)).toBe(true)
        }
      )
    )
  })

  it('count two columns for a Chinese character, and drop the full stop that is set in front', () => {
    const text = '.' + '今天天气很好'.repeat(4)
    const words = Array.from({ length: 12 }, (_, i) => ({ text: (i === 0 ? '.' : '') + text.slice(1 + 2 * i, 3 + 2 * i), phones: 4 })) // prettier-ignore
    const [sentence] = new Speech([{ ...chunk(0, text), words }], 1, PAUSE).sentences
    const cues = cuesOf(sentence as NonNullable<typeof sentence>, { maxColumns: 20 })
    expect(cues.map((cue) => cue.text.length)).toEqual([10, 10, 4])
    expect(cues.map((cue) => cue.text).join('')).toBe(text.slice(1))
  })

  it('refuse what there is not', () => {
    expect(() => speech.subtitles('ass' as 'srt')).toThrow(/'ass'; it can be srt, vtt, json/)
    expect(() => speech.subtitles('srt', { maxColumns: 3 })).toThrow(/integer from 10/)
    expect(() => speech.subtitles('srt', { per: 'phone' as 'word' })).toThrow(/sentence, word/)
  })
})
