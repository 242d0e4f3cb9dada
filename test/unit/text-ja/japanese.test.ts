import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadJapanese } from '../../../lib/text/ja/index.js'
import type { SymbolVersion } from '../../../lib/text/language.js'
import { symbolIds } from '../../../lib/text/symbols.js'
import { readRows } from '../text/fixtures.js'

interface Row {
  readonly category: string
  readonly version: SymbolVersion
  readonly text: string
  readonly normText: string
  readonly phones: string
}

/** What OpenJTalk answered for each stretch of the rows. */
function recordedLabels(name: string): (stretch: string) => string[] {
  const path = join(process.cwd(), 'test', 'fixtures', 'text', name)
  const recorded = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>
  return (stretch) => {
    const labels = recorded[stretch]
    if (labels === undefined) throw new Error(`no labels were recorded for ${stretch}`)
    return labels === '' ? [] : labels.split(' ')
  }
}

const inTable = (phones: readonly string[], version: SymbolVersion): string =>
  phones.map((phone) => (symbolIds(version).has(phone) ? phone : 'UNK')).join(' ')

const label = (name: string, a1: number, a2: number, a3: number, f1: number): string =>
  `xx^xx-${name}+xx=xx/A:${a1}+${a2}+${a3}/B:xx-xx_xx/F:${f1}_1#0_xx`

describe('Japanese', () => {
  test.each(['japanese', 'japanese-user-dictionary'])('reads the %s texts as upstream does', async (name) => {
    const frontend = await loadJapanese({ labels: recordedLabels(`${name}-labels.json`) })
    const rows = readRows<Row>(`${name}.jsonl`)
    expect(rows.length).toBeGreaterThan(5)
    for (const row of rows) {
      const { normText, phones } = frontend.pronounce(row.text, row.version)
      expect.soft([normText, inTable(phones, row.version)], row.text).toEqual([row.normText, row.phones])
    }
  })

  test('marks where the pitch rises, where it falls and where a phrase ends', async () => {
    const labels = [
      'xx^xx-sil+k=o/A:xx+xx+xx/F:xx_xx',
      label('o', -1, 1, 3, 3),
      label('k', 0, 2, 2, 3),
      label('O', 0, 2, 2, 3),
      label('N', 1, 3, 1, 3),
      label('a', -1, 1, 1, 1),
      'o^N-sil+xx=xx/A:xx+xx+xx/F:xx_xx'
    ]
    const frontend = await loadJapanese({ labels: () => labels })
    expect(frontend.pronounce('語', 'v2').phones).toEqual(['o', '[', 'k', 'o', ']', 'N', '#', 'a'])
  })

  test('sends each stretch between marks by itself, in lower case', async () => {
    const asked: string[] = []
    const frontend = await loadJapanese({ labels: (text) => (asked.push(text), []) })
    const { phones } = frontend.pronounce('ＡＢc、５０％　です。 0-٣「x」', 'v2')
    expect(asked).toEqual(['ａｂc', '５０パーセント', 'です', '0', '٣', 'x'])
    expect(phones).toEqual([',', '　', '.', '-', '「', '」'])
  })

  test('keeps the first of a run of marks', async () => {
    const frontend = await loadJapanese({ labels: () => [] })
    expect(frontend.pronounce('!?…--a..', 'v2')).toEqual({ normText: '!a.', phones: ['!', '.'] })
  })

  test('gives nothing for a stretch that has no sound', async () => {
    const frontend = await loadJapanese({ labels: () => [] })
    expect(frontend.pronounce('ッ', 'v2').phones).toEqual([])
    expect(frontend.pronounce('', 'v2')).toEqual({ normText: '', phones: [] })
  })

  test('reads any text and any label', async () => {
    const unit = fc.string({ unit: 'binary', maxLength: 200 })
    const run = async (text: string, labels: string[]): Promise<void> => {
      const frontend = await loadJapanese({ labels: () => labels })
      expect(Array.isArray(frontend.pronounce(text, 'v2').phones)).toBe(true)
    }
    await fc.assert(fc.asyncProperty(unit, fc.array(fc.string({ maxLength: 40 }), { maxLength: 4 }), run), {
      numRuns: 500
    })
  })
})
