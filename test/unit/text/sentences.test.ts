import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sentencesOf } from '../../../lib/text/index.js'

async function sentences(parts: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for await (const sentence of sentencesOf(parts)) found.push(sentence)
  return found
}

const unit = fc.constantFrom('a', ' ', '.', '!', '。', '\n', '"', '1', '<lang', '</lang>', '\ud83d', '\ude00')

describe('a text that comes in pieces', () => {
  it('is spoken sentence by sentence', async () => {
    expect(await sentences(['Hello the', 're. How are', ' you? Fine'])).toEqual([
      'Hello there.',
      ' How are you?',
      ' Fine'
    ])
    expect(await sentences(['今天天气不错。我们', '出去走走吧！好'])).toEqual([
      '今天天气不错。',
      '我们出去走走吧！',
      '好'
    ])
  })

  it('keeps numbers, closing quotes and short beginnings together', async () => {
    expect(await sentences(['It costs 3.', '50 now. "Really?" he said. Ok'])).toEqual([
      'It costs 3.50 now.',
      ' "Really?"',
      ' he said.',
      ' Ok'
    ])
    expect(await sentences(['No. No. Never again. Ye', 's'])).toEqual(['No. No.', ' Never again.', ' Yes'])
  })

  it('gives a sentence as soon as the next one begins', async () => {
    let asked = 0
    function* model() {
      for (const part of ['The first sentence. ', 'The second', ' sentence. ', 'The end']) {
        asked++
        yield part
      }
    }
    for await (const sentence of sentencesOf(model())) {
      expect(sentence).toBe('The first sentence.')
      break
    }
    expect(asked).toBe(1)
  })

  it('does not part a marked span', async () => {
    const text = ['Say <lang xml:lang="ja">東京。', '大阪。</lang> again. Then', ' stop']
    expect((await sentences(text))[0]).toBe('Say <lang xml:lang="ja">東京。大阪。</lang> again.')
  })

  it('loses nothing, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit, maxLength: 12 })), async (parts) => {
        expect((await sentences(parts)).join('')).toBe(parts.join(''))
      })
    )
  })
})
