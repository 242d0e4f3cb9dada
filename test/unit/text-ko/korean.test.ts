import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { loadKorean, type Morpheme } from '../../../lib/text/ko/index.js'
import type { Frontend } from '../../../lib/text/language.js'
import { symbolIds } from '../../../lib/text/symbols.js'
import { readRows } from '../text/fixtures.js'

interface Row {
  readonly text: string
  readonly normText: string
  readonly phones: string
}

/** What MeCab answered for each text, as `surface/tag`. */
const recorded = JSON.parse(
  readFileSync(join(process.cwd(), 'test', 'fixtures', 'text', 'korean-morphemes.json'), 'utf8')
) as Record<string, string>

function recordedMorphemes(text: string): Morpheme[] {
  const words = recorded[text]
  if (words === undefined) throw new Error(`no morphemes were recorded for ${text}`)
  return words.split(' ').map(morpheme)
}

function morpheme(word: string): Morpheme {
  const slash = word.lastIndexOf('/')
  return { surface: word.slice(0, slash), tag: word.slice(slash + 1) }
}

const tagged = (words: string): Promise<Frontend> => loadKorean({ morphemes: () => words.split(' ').map(morpheme) })
const read = (frontend: Frontend, text: string): string => frontend.pronounce(text, 'v2').phones.join('')

describe('Korean', () => {
  let plain: Frontend
  beforeAll(async () => {
    plain = await loadKorean()
  })

  test('is read as upstream does', async () => {
    const frontend = await loadKorean({ morphemes: recordedMorphemes })
    const rows = readRows<Row>('korean.jsonl')
    expect(rows.length).toBeGreaterThan(50)
    for (const row of rows) {
      const { normText, phones, warnings } = frontend.pronounce(row.text, 'v2')
      expect.soft([normText, phones.join(' '), warnings], row.text).toEqual([row.normText, row.phones, undefined])
    }
  })

  test.each([
    ['국물', 'ㄱㅜㅇㅁㅜㄹ.'],
    ['독립', 'ㄷㅗㅇㄴㅣㅂ.'],
    ['좋다', 'ㅈㅗㅌㅏ.'],
    ['같이', 'ㄱㅏㅊㅣ.'],
    ['앉아', 'ㅇㅏㄴㅈㅏ.'],
    ['밟다', 'ㅂㅏㅂㄸㅏ.'],
    ['희망', 'ㅎㅣㅁㅏㅇ.'],
    ['값, 값', 'ㄱㅏㅂ,空ㄱㅏㅂ.'],
    ['옷 한', 'ㅇㅗ空ㅌㅏㄴ.'],
    ['의견란', 'ㅇㅡㅣㄱㅣㅓㄴㄴㅏㄴ.'],
    ['한\n', 'ㅎㅏㄴ..']
  ])('sounds %s as %s', (text, sound) => {
    expect(read(plain, text)).toBe(sound)
  })

  test.each([
    ['Kİ', 'ㅋㅔㅇㅣㅇㅏㅇㅣ.'],
    ['12', 'ㅇㅣㄹㅣ.'],
    ['「·٣_?', '停,停_?'],
    ['', '']
  ])('spells %s letter by letter', (text, sound) => {
    expect(read(plain, text)).toBe(sound)
  })

  test('makes the consonant after a verb stem tense, and after an ending in ㄹ', async () => {
    expect(read(await tagged('신/VV 다/EF'), '신다')).toBe('ㅅㅣㄴㄸㅏ.')
    expect(read(await tagged('신/NNG 다/JX'), '신다')).toBe('ㅅㅣㄴㄷㅏ.')
    expect(read(await tagged('할/XSV+ETM 것/NNB'), '할 것')).toBe('ㅎㅏㄹ空ㄲㅓㄷ.')
  })

  test.each([
    ['3시', '세시'],
    ['20살', '스무살'],
    ['1,234원', '천이백삼십사원'],
    ['100000000원', '일억원'],
    ['0원', '영원'],
    ['12345678901234567개', '일이삼사오육칠팔구영일이삼사오육칠개']
  ])('counts %s as %s', async (text, words) => {
    const [, number = '', noun = ''] = /^(\D*[\d,]+)(\D+)$/.exec(text) ?? []
    const counted = await tagged(`${number}/SN ${noun}/NNBC`)
    expect(read(counted, text)).toBe(read(plain, words))
  })

  test('reads a number inside a longer one by its own place', async () => {
    const frontend = await tagged('5/SN 도/NNBC 35/SN 도/NNBC')
    expect(read(frontend, '5도 35도')).toBe(read(plain, '오도 삼십오도'))
  })

  test('leaves a text unmarked that its morphemes do not add up to', async () => {
    expect(read(await tagged('신/VV 고/EC'), '신다')).toBe(read(plain, '신다'))
  })

  test('says what it lacks without morphemes', () => {
    expect(plain.pronounce('신다', 'v2').warnings).toEqual([expect.stringContaining('gpt-sovits pull dict-ko')])
  })

  test('reads any text into phones of the table', async () => {
    const whole: Frontend = await loadKorean({
      morphemes: (text) => Array.from(text, (surface) => ({ surface, tag: 'VV' }))
    })
    const jamo = fc.string({ unit: fc.constantFrom(...'ᆨᆶᇂᄋ히ᅴ가넓밟할 0,9개/BPE.\n'), maxLength: 60 })
    fc.assert(
      fc.property(fc.oneof(jamo, fc.string({ unit: 'binary', maxLength: 200 })), (text) => {
        for (const frontend of [plain, whole]) {
          for (const phone of frontend.pronounce(text, 'v2').phones) expect(symbolIds('v2').has(phone)).toBe(true)
        }
      }),
      { numRuns: 300 }
    )
  })

  test.each(['가', '1', '값', '을 ', '12,', '개/B', 'ᆨ', '한글 '])(
    'takes twice the time for twice as many %s',
    (part) => {
      const seconds = (count: number): number => {
        const text = part.repeat(count)
        // Processor time, which other work on the machine does not lengthen.
        const started = process.cpuUsage()
        plain.pronounce(text, 'v2')
        const { user, system } = process.cpuUsage(started)
        return (user + system) / 1e6
      }
      seconds(2000)
      const once = Math.min(seconds(20_000), seconds(20_000))
      const twice = Math.min(seconds(40_000), seconds(40_000))
      // A quadratic rule would take four times as long; small times are noise.
      expect(twice).toBeLessThan(Math.max(3 * once, 0.3))
    }
  )
})
