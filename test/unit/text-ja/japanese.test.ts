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
function recordedPhones(name: string): (stretch: string) => string {
  const path = join(process.cwd(), 'test', 'fixtures', 'text', name)
  const recorded = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>
  return (stretch) => {
    const phones = recorded[stretch]
    if (phones === undefined) throw new Error(`no phones were recorded for ${stretch}`)
    return phones
  }
}

const inTable = (phones: readonly string[], version: SymbolVersion): string =>
  phones.map((phone) => (symbolIds(version).has(phone) ? phone : 'UNK')).join(' ')

describe('Japanese', () => {
  test.each(['japanese', 'japanese-user-dictionary'])('reads the %s texts as upstream does', async (name) => {
    const frontend = await loadJapanese({ phones: recordedPhones(`${name}-phones.json`) })
    const rows = readRows<Row>(`${name}.jsonl`)
    expect(rows.length).toBeGreaterThan(5)
    for (const row of rows) {
      const { normText, phones } = frontend.pronounce(row.text, row.version)
      expect.soft([normText, inTable(phones, row.version)], row.text).toEqual([row.normText, row.phones])
    }
  })

  test('sends each stretch between marks by itself, in lower case', async () => {
    const asked: string[] = []
    const frontend = await loadJapanese({ phones: (text) => (asked.push(text), '') })
    const { phones } = frontend.pronounce('ＡＢc、５０％　です。 0-٣「x」', 'v2')
    expect(asked).toEqual(['ａｂc', '５０パーセント', 'です', '0', '٣', 'x'])
    expect(phones).toEqual([',', '　', '.', '-', '「', '」'])
  })

  test('keeps the first of a run of marks', async () => {
    const frontend = await loadJapanese({ phones: () => '' })
    expect(frontend.pronounce('!?…--a..', 'v2')).toEqual({ normText: '!a.', phones: ['!', '.'] })
  })

  test('gives nothing for a stretch that has no sound', async () => {
    const frontend = await loadJapanese({ phones: () => '' })
    expect(frontend.pronounce('ッ', 'v2').phones).toEqual([])
    expect(frontend.pronounce('', 'v2')).toEqual({ normText: '', phones: [] })
  })

  test('reads any text', async () => {
    const frontend = await loadJapanese({ phones: () => 'a # N' })
    const run = (text: string): void => {
      expect(Array.isArray(frontend.pronounce(text, 'v2').phones)).toBe(true)
    }
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), run), { numRuns: 500 })
  })
})
