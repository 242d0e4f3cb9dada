import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dictionaryFolder } from '../../lib/text/dictionaries.js'
import { loadJapanese } from '../../lib/text/ja/index.js'
import { loadKorean } from '../../lib/text/ko/index.js'
import type { SymbolVersion } from '../../lib/text/language.js'
import { symbolIds } from '../../lib/text/symbols.js'
import { readRows } from '../unit/text/fixtures.js'

interface Row {
  readonly version: SymbolVersion
  readonly text: string
  readonly phones: string
}

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

// The room builds alone, without LibTorch and Node's headers. OpenJTalk's sources and both dictionaries come from the
// cache; where they are not, there is nothing to test.
function missingPart(): string | undefined {
  try {
    dictionaryFolder('ja')
    dictionaryFolder('ko')
    execFileSync(process.execPath, [join(root, 'scripts', 'openjtalk.mjs')], { stdio: 'pipe' })
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

const missing = missingPart()
if (missing) console.warn(`the morphology room is not tested: ${missing}`)

describe.skipIf(missing)('the morphology room', () => {
  let build: string
  let japanese: string
  let korean: string

  beforeAll(() => {
    japanese = dictionaryFolder('ja')
    korean = dictionaryFolder('ko')
    build = mkdtempSync(join(tmpdir(), 'gsv-morphology-'))
    execFileSync('cmake', ['-S', join(root, 'native/morphology'), '-B', build], { stdio: 'pipe' })
    execFileSync('cmake', ['--build', build, '--parallel', '2'], { stdio: 'pipe' })
  })

  afterAll(() => rmSync(build, { recursive: true, force: true }))

  /** One answer of the command-line driver for each text: its lines. */
  function ask(args: readonly string[], texts: readonly string[]): Map<string, string[]> {
    const input = texts.map((text) => `${text}\n`).join('')
    const output = execFileSync(join(build, 'morphology-cli'), args, { input, encoding: 'utf8', maxBuffer: 1 << 28 })
    const answers: string[][] = [[]]
    for (const line of output.split('\n').slice(0, -1)) {
      if (line === '') answers.push([])
      else answers.at(-1)?.push(line)
    }
    return new Map(texts.map((text, index) => [text, answers[index] ?? []]))
  }

  async function speakJapanese(rows: readonly Row[], ...args: string[]): Promise<string[]> {
    const asked = new Set<string>()
    const listening = await loadJapanese({ phones: (text) => (asked.add(text), '') })
    for (const row of rows) listening.pronounce(row.text, row.version)
    const answers = ask(['ja', japanese, ...args], [...asked])
    const frontend = await loadJapanese({ phones: (text) => answers.get(text)?.[0] ?? '' })
    return rows.map(({ text, version }) =>
      frontend
        .pronounce(text, version)
        .phones.map((phone) => (symbolIds(version).has(phone) ? phone : 'UNK'))
        .join(' ')
    )
  }

  test('passes its own tests', () => {
    const work = mkdtempSync(join(tmpdir(), 'gsv-morphology-work-'))
    const { stdout, status } = spawnSync(join(build, 'morphology-tests'), [japanese, korean, work], { encoding: 'utf8' })
    rmSync(work, { recursive: true })
    expect(status, stdout).toBe(0)
    expect(stdout).toContain(', 0 failed')
  })

  test('reads Japanese as upstream does', async () => {
    const rows = readRows<Row>('japanese.jsonl')
    expect(await speakJapanese(rows)).toEqual(rows.map(({ phones }) => phones))
  })

  test('reads Japanese with a user dictionary as upstream does', async () => {
    const csv = join(root, 'test/fixtures/text/japanese-user-dictionary.csv')
    const compiled = join(build, 'user.dic')
    execFileSync(join(build, 'morphology-cli'), ['compile', japanese, csv, compiled])
    expect(readFileSync(compiled).length).toBeGreaterThan(1000)
    const rows = readRows<Row>('japanese-user-dictionary.jsonl')
    expect(await speakJapanese(rows, compiled)).toEqual(rows.map(({ phones }) => phones))
  })

  test('reads Korean as upstream does', async () => {
    const rows = readRows<Row>('korean.jsonl')
    const asked = new Set<string>()
    const listening = await loadKorean({ morphemes: (text) => (asked.add(text), []) })
    for (const { text } of rows) listening.pronounce(text, 'v2')
    const answers = ask(['ko', korean], [...asked])
    const frontend = await loadKorean({
      morphemes: (text) =>
        (answers.get(text) ?? []).map((line) => {
          const [surface = '', tag = ''] = line.split('\t')
          return { surface, tag }
        })
    })
    expect(rows.map(({ text }) => frontend.pronounce(text, 'v2').phones.join(' '))).toEqual(rows.map((row) => row.phones))
  })
})
