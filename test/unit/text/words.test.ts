import { describe, expect, it } from 'vitest'
import { createTextFrontend, type LanguageMode, wordsOf } from '../../../lib/text/index.js'

const frontend = createTextFrontend()

async function words(
  text: string,
  language: LanguageMode
): Promise<{ texts: string[]; phones: number; all: number[] }> {
  const piece = await frontend.pronounce(text, { language })
  const found = wordsOf(piece)
  // All but the mark at the end, which makes no sound.
  const sounds = piece.phones.findLastIndex((phone) => /[a-z]/i.test(phone)) + 1
  expect(found.reduce((sum, { phones }) => sum + phones, 0)).toBeCloseTo(sounds)
  return { texts: found.map((word) => word.text), phones: piece.phones.length, all: found.map((word) => word.phones) }
}

describe('the words of a piece', () => {
  it('have the marks around them and share all of its phones', async () => {
    expect((await words('"Well," he said, "it\'s $3 - or 4!"', 'en')).texts).toEqual([
      '"Well,"',
      'he',
      'said,',
      '"it\'s',
      '$3',
      '- or',
      '4!"'
    ])
    expect((await words('...really?', 'en')).texts).toEqual(['...really?'])
  })

  it('are found without spaces', async () => {
    expect((await words('今天天气很好，我们走吧。', 'zh')).texts.join('|')).toBe('今天|天气|很好，|我们|走|吧。')
  })

  it('have their own phones where languages mix', async () => {
    const { texts, all } = await words('我爱 JavaScript。', 'zh')
    expect(texts.join('|')).toBe('我|爱|JavaScript。')
    expect(all[0]).toBeCloseTo(2, 6) // an initial and a final
    expect(all[2]).toBeGreaterThan(6)
  })

  it('are longer for numbers than for their digits', async () => {
    const { all } = await words('it was 1999 then', 'en')
    expect(all[2]).toBeGreaterThan(2 * (all[1] as number))
  })
})
