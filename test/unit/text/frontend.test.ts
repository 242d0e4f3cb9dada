import { describe, expect, it } from 'vitest'
import { UnsupportedLanguageError } from '../../../lib/errors.js'
import {
  createTextFrontend,
  symbolIds,
  SYMBOLS,
  type Frontend,
  type LanguageMode,
  type TextPiece
} from '../../../lib/text/index.js'

/** Two phones a character, so that only the frame is tested. */
const spelled: Frontend = {
  pronounce: (text) => ({
    normText: text,
    phones: [...text].flatMap(() => ['sh', 'ir4']),
    word2ph: [...text].map(() => 2)
  })
}
const fake = createTextFrontend({ zh: async () => spelled, ja: async () => spelled })

async function collect(pieces: AsyncGenerator<TextPiece>): Promise<TextPiece[]> {
  const all: TextPiece[] = []
  for await (const piece of pieces) all.push(piece)
  return all
}

describe('symbols', () => {
  it('number 322 in v1 and 732 later, the first 322 alike', () => {
    expect(SYMBOLS.v1).toHaveLength(322)
    expect(SYMBOLS.v2).toHaveLength(732)
    expect(SYMBOLS.v2.slice(0, 322)).toEqual(SYMBOLS.v1)
    expect(SYMBOLS.v2.slice(322, 324)).toEqual(['[', ']'])
    expect(symbolIds('v2').get('UNK')).toBe(SYMBOLS.v1.indexOf('UNK'))
  })
})

describe('a text', () => {
  it('comes as pieces with ids, in order', async () => {
    const pieces = await collect(fake.pieces('Hello there, my friend. How are you?', { language: 'en' }))
    expect(pieces.map((piece) => piece.text)).toEqual(['Hello there,', ' my friend.', ' How are you?'])
    for (const { phones, phoneIds } of pieces) {
      expect([...phoneIds]).toEqual(phones.map((phone) => SYMBOLS.v2.indexOf(phone)))
    }
  })

  it('says where Chinese features go', async () => {
    const piece = await fake.pronounce('我们用OK来说话', { language: 'zh' })
    expect(piece.segments.map((segment) => segment.language)).toEqual(['zh', 'en', 'zh'])
    const english = piece.segments[1]!.phones.length
    expect(piece.bertSpans).toEqual([
      { normText: '我们用', word2ph: [2, 2, 2], firstPhone: 0, phoneCount: 6 },
      { normText: '来说话', word2ph: [2, 2, 2], firstPhone: 6 + english, phoneCount: 6 }
    ])
    expect(piece.word2ph).toBeUndefined()
  })

  it('gets a full stop in front when it is too short, once', async () => {
    const piece = await fake.pronounce('一', { language: 'zh' })
    expect(piece).toMatchObject({ dotPrefixed: true, text: '.一', normText: '.一' })
    expect(piece.phones).toHaveLength(4)
  })

  it('that is blank has no pieces', async () => {
    for (const language of ['zh', 'auto', 'en'] as const) {
      expect(await collect(fake.pieces(' \n ', { language }))).toEqual([])
    }
    expect((await fake.pronounce('   ', { language: 'zh' })).segments).toEqual([])
  })

  it('replaces phones that the version does not have', async () => {
    const frontend = createTextFrontend({ ja: async () => ({ pronounce: () => ({ normText: 'あ', phones: ['['] }) }) })
    expect((await frontend.pronounce('ああ', { language: 'all_ja', version: 'v1' })).phones).toEqual(['UNK'])
    expect((await frontend.pronounce('ああ', { language: 'all_ja', version: 'v2' })).phones).toEqual(['['])
  })
})

describe('a language', () => {
  it('that the version does not have is refused', async () => {
    const modes: LanguageMode[] = ['ko', 'yue', 'all_ko', 'all_yue', 'auto_yue']
    for (const language of modes) {
      await expect(fake.pronounce('가', { language, version: 'v1' })).rejects.toThrow(UnsupportedLanguageError)
    }
    await expect(fake.pronounce('a', { language: 'xx' as LanguageMode })).rejects.toThrow(/"xx" is no language/)
  })

  it('that has no loader is named', async () => {
    await expect(fake.pronounce('안녕하세요', { language: 'ko' })).rejects.toThrow(/Korean \(ko\)/)
  })

  it('that a v1 voice meets in mixed text is a pause with a warning', async () => {
    const piece = await fake.pronounce('我们说한국어和中文吧', { language: 'auto', version: 'v1' })
    expect(piece.segments.find((segment) => segment.language === 'ko')?.phones).toEqual([','])
    expect(piece.warnings).toEqual([expect.stringContaining('v1 voice does not speak ko')])
  })

  it('is loaded once, and again after a failure', async () => {
    let calls = 0
    const frontend = createTextFrontend({
      zh: async () => {
        calls++
        if (calls === 1) throw new Error('no table yet')
        return spelled
      }
    })
    await expect(frontend.pronounce('你好', { language: 'zh' })).rejects.toThrow('no table yet')
    await frontend.pronounce('你好', { language: 'zh' })
    await frontend.pronounce('你好', { language: 'zh' })
    expect(calls).toBe(2)
  })
})
