import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { dataFile } from '../../../lib/text/data-files.js'
import type { LanguageMode, SpokenLanguage } from '../../../lib/text/language.js'
import { LanguageModel } from '../../../lib/text/segment/fasttext.js'
import { LanguageSegmenter } from '../../../lib/text/segment/index.js'
import { readRows } from './fixtures.js'

interface Row {
  readonly text: string
  readonly defaultLanguage: '' | 'zh' | 'ja' | 'ko'
  readonly segments: readonly (readonly [string, string])[]
}

let segmenter: LanguageSegmenter
beforeAll(() => {
  segmenter = new LanguageSegmenter()
})
const split = (text: string): string[][] => segmenter.split(text).map((run) => [run.language, run.text])

describe('language runs', () => {
  it('are those that upstream cuts', () => {
    const rows = readRows<Row>('segments.jsonl')
    expect(rows.length).toBeGreaterThan(300)
    for (const { text, defaultLanguage, segments } of rows) {
      const runs = segmenter.split(text, defaultLanguage || undefined).map((run) => [run.language, run.text])
      expect(runs, text).toEqual(segments)
    }
  })

  it('keep English apart and read the rest in the language that was asked for', () => {
    expect(segmenter.runs('我用iPhone打电话', 'ja')).toEqual([
      { language: 'ja', text: '我用' },
      { language: 'en', text: 'iPhone' },
      { language: 'ja', text: '打电话' }
    ])
  })

  it('are the same whether parts are labelled or the text plainly is one run', () => {
    const alphabet = [...'你好東京龘亰體々のカー、。，！「」…·~"\'-$￥0３①  \u3000\nab한😀']
    const unit = fc.constantFrom(...alphabet)
    const property = (text: string, mode: SpokenLanguage, isAll: boolean): void => {
      const base = mode === 'yue' ? 'zh' : mode
      const labelled = segmenter.split(text, isAll ? (base as 'zh' | 'ja' | 'ko') : undefined)
      const expected: [string, string][] = []
      for (const run of labelled) {
        const kept = isAll ? (run.language === 'zh' ? mode : run.language) : mode
        const language = run.language === 'en' ? 'en' : kept
        const last = expected.at(-1)
        if (!isAll && last?.[0] === language) last[1] += run.text
        else expected.push([language, run.text])
      }
      const runs = segmenter.runs(text, isAll ? (`all_${mode}` as LanguageMode) : mode)
      expect(runs.map(({ language, text: run }) => [language, run])).toEqual(expected)
    }
    const modes = fc.constantFrom<SpokenLanguage>('zh', 'ja', 'ko', 'yue')
    fc.assert(fc.property(fc.string({ unit, maxLength: 24 }), modes, fc.boolean(), property), { numRuns: 3000 })
  })

  it('read Chinese as Cantonese when that was asked for', () => {
    expect(segmenter.runs('今天天气很好。', 'auto_yue')).toEqual([{ language: 'yue', text: '今天天气很好。' }])
  })

  it('give a number the language of a neighbour', () => {
    expect(split('我们说过3 times')).toEqual([
      ['zh', '我们说过'],
      ['en', '3 times']
    ])
  })

  it('are none for blank text', () => {
    for (const text of ['', ' \t', '\n', '\u3000']) expect(split(text), JSON.stringify(text)).toEqual([])
  })
})

describe('language model', () => {
  it('names the language of a text', () => {
    const model = new LanguageModel(dataFile('langseg/lid.176.ftz'))
    expect(model.predict('今天天气很好')[0]).toMatchObject({ language: 'zh' })
    expect(model.predict('これはペンです')[0]).toMatchObject({ language: 'ja' })
    // The value that fastText itself gives, version 0.9.2.
    expect(model.predict('你好', 5, 0.01)[1]).toEqual({ language: 'yue', score: expect.closeTo(0.0575345, 6) })
  })

  it('of another kind is refused with its path', () => {
    expect(() => new LanguageModel(dataFile('en/names.bin.br'))).toThrow(/names\.bin\.br is no language model/)
    expect(() => new LanguageModel('/nowhere/lid.bin')).toThrow(/\/nowhere\/lid\.bin cannot be read/)
  })
})
