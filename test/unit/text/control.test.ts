import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { OptionRangeError, OptionTypeError, UnsupportedLanguageError } from '../../../lib/errors.js'
import { createTextFrontend, readLexicon, type Frontend, type TextPiece } from '../../../lib/text/index.js'

/** Two phones a character, and the text in capitals, so that one sees who read what. */
const spelled: Frontend = {
  pronounce: (text) => ({
    normText: text,
    phones: [...text].flatMap(() => ['sh', 'ir4']),
    word2ph: [...text].map(() => 2)
  })
}
const plain: Frontend = { pronounce: (text) => ({ normText: text, phones: [...text].map(() => 'a') }) }
const frontend = createTextFrontend({ zh: async () => spelled, ja: async () => plain })

const gif = ['G', 'IH1', 'F']
const english = async (text: string, lexicon?: Record<string, readonly string[]>): Promise<string> => {
  const piece = await frontend.pronounce(text, { language: 'en', ...(lexicon && { lexicon: { en: lexicon } }) })
  return piece.phones.join(' ')
}
async function collect(pieces: AsyncGenerator<TextPiece>): Promise<TextPiece[]> {
  const all: TextPiece[] = []
  for await (const piece of pieces) all.push(piece)
  return all
}

describe('a lexicon', () => {
  it('says English words in any case, whole words only', async () => {
    const own = { gif }
    expect(await english('a nice GIF here', own)).toBe('AH0 N AY1 S G IH1 F HH IY1 R')
    expect(await english('a nice gift here', own)).toBe(await english('a nice gift here'))
  })

  it('takes names with capitals and hyphens inside, and the longest first', async () => {
    const own = { 'GPT-SoVITS': ['V', 'IH1'], GPT: ['JH'] }
    expect(await english('use GPT-SoVITS or GPT now', own)).toBe('Y UW1 Z V IH1 AO1 R JH N AW1')
  })

  it('leaves the tags of the words around it as they are', async () => {
    expect(await english('They often read gif files.', { gif })).toContain('R IY1 D G IH1 F')
  })

  it('keeps the features of Chinese characters', async () => {
    const lexicon = { zh: { 重庆: ['ch', 'ong2', 'q', 'ing4'], 行: ['h', 'ang2', 'SP'] } }
    const piece = await frontend.pronounce('我在重庆行', { language: 'all_zh', lexicon })
    expect(piece.phones.join(' ')).toBe('sh ir4 sh ir4 ch ong2 q ing4 h ang2 SP')
    expect(piece.bertSpans).toEqual([
      { normText: '我在重庆行', word2ph: [2, 2, 2, 2, 3], firstPhone: 0, phoneCount: 11 }
    ])
  })

  it('reads the text around a Japanese word apart', async () => {
    const lexicon = { ja: { 東京: ['t', 'o'] } }
    const piece = await frontend.pronounce('私は東京に行きます', { language: 'all_ja', lexicon })
    expect(piece.segments.map((segment) => segment.text)).toEqual(['私は', '東京', 'に行きます'])
    expect(piece.phones.join(' ')).toBe('a a t o a a a a a')
  })

  it('with a phone that the voice does not know is refused', async () => {
    await expect(english('gif', { gif: ['XX'] })).rejects.toThrow(OptionRangeError)
    await expect(english('gif', { gif: [] })).rejects.toThrow(/no phones/)
    await expect(english('gif', { gif: 'G IH1 F' as unknown as string[] })).rejects.toThrow(OptionTypeError)
  })
})

describe('a lexicon file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gpt-sovits-lexicon-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const write = (text: string): string => {
    const path = join(folder, 'lexicon.tsv')
    writeFileSync(path, text)
    return path
  }

  it('holds a language, a word and its phones in each line', () => {
    expect(readLexicon(write('\ufeff# own words\r\n\r\nen\tgif\tG IH1 F\r\nja\t東京\tt o\n'))).toEqual({
      en: { gif },
      ja: { 東京: ['t', 'o'] }
    })
  })

  it('that is wrong names its line', () => {
    expect(() => readLexicon(write('en\tgif\tG\nxx\tgif\tG\n'))).toThrow(/line 2/)
    expect(() => readLexicon(write('en gif G\n'))).toThrow(/line 1/)
    expect(() => readLexicon(join(folder, 'none.tsv'))).toThrow(/none\.tsv cannot be read/)
  })
})

describe('marks in the text', () => {
  it('give a word its phones', async () => {
    const marked = 'a nice <phoneme ph="G IH1 F">gif</phoneme> here'
    expect(await english(marked)).toBe('AH0 N AY1 S G IH1 F HH IY1 R')
    expect(await english('a <phoneme ph="G IH1 F"/> b <phoneme ph="G IH1 F" /> c')).toBe(
      'AH0 G IH1 F B IY1 G IH1 F S IY1'
    )
  })

  it('are not seen in the pieces', async () => {
    const [piece] = await collect(frontend.pieces('A <phoneme ph="G IH1 F">gif</phoneme> here', { language: 'en' }))
    expect(piece).toMatchObject({ text: 'A gif here.', normText: 'A gif here.' })
  })

  it('fix the language of a span, over pieces too', async () => {
    const text = '我们说<lang xml:lang="ja">東京都。大阪府。</lang>然后说话。'
    const pieces = await collect(frontend.pieces(text, { language: 'zh' }))
    const read = pieces.flatMap((piece) => piece.segments.map(({ language, text: part }) => [language, part]))
    expect(read).toEqual([
      ['zh', '我们说'],
      ['ja', '東京都。'],
      ['ja', '大阪府。'],
      ['zh', '然后说话。']
    ])
  })

  it('in another form are text', async () => {
    for (const text of ['a <b> c', '<lang>x</lang>', '</lang> x', '<phoneme>x', '<phoneme ph="G">a<b>']) {
      const piece = await frontend.pronounce(text, { language: 'en' })
      const off = await frontend.pronounce(text, { language: 'en', marks: false })
      expect(piece.phones, text).toEqual(off.phones)
    }
  })

  it('can be turned off', async () => {
    const text = 'a <phoneme ph="G IH1 F">gif</phoneme>'
    expect((await frontend.pronounce(text, { language: 'en', marks: false })).normText).toContain('phoneme')
  })

  it('with an unknown phone or language are refused', async () => {
    await expect(english('<phoneme ph="QQ">x</phoneme>')).rejects.toThrow(/"QQ", given for "x"/)
    await expect(english('<lang xml:lang="xx">x</lang>')).rejects.toThrow(UnsupportedLanguageError)
  })
})
