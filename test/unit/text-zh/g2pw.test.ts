import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTextFrontend } from '../../../lib/text/index.js'
import type { Frontend } from '../../../lib/text/language.js'
import { readG2pwFolder } from '../../../lib/text/zh/g2pw/folder.js'
import { G2pwModel } from '../../../lib/text/zh/g2pw/model.js'
import { loadChinese } from '../../../lib/text/zh/index.js'
import { loadReadings } from '../../../lib/text/zh/readings.js'
import { SyllableTable } from '../../../lib/text/zh/syllables.js'
import { Tables } from '../../../lib/text/tables.js'
import { packageRoot } from '../../../lib/package-root.cjs'

const fixtures = join(packageRoot, 'test', 'fixtures', 'text-zh', 'g2pw')
const folder = join(fixtures, 'model')
const scratch = mkdtempSync(join(tmpdir(), 'gsv-g2pw-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const isInstalled = (name: string): boolean => {
  try {
    createRequire(join(packageRoot, 'package.json')).resolve(name)
    return true
  } catch {
    return false
  }
}
const hasRuntime = isInstalled('onnxruntime-node') && isInstalled('opencc-js')

function damaged(name: string, content?: string): string {
  const copy = mkdtempSync(join(scratch, 'model-'))
  cpSync(folder, copy, { recursive: true })
  if (content === undefined) rmSync(join(copy, name))
  else writeFileSync(join(copy, name), content)
  return copy
}

describe('a folder of g2pW', () => {
  it('numbers labels and characters in the order of their code points', async () => {
    const tables = await readG2pwFolder(folder)
    expect(tables.labels.slice(0, 3)).toEqual(['bu4', 'fa1', 'fa4'])
    expect(tables.labels).toHaveLength(19)
    expect(tables.polyphones.get('了')).toEqual({ id: 1, labels: [5, 8] })
    expect([tables.labels[5], tables.labels[8]]).toEqual(['le5', 'liao3'])
    expect(tables.single.get('綠')).toBe('lü4')
  })

  it('leaves out the characters that upstream does not ask for', async () => {
    const { polyphones, single } = await readG2pwFolder(folder)
    expect(polyphones.has('不')).toBe(false)
    expect(single.has('似')).toBe(false)
  })

  it('takes the vocabulary from another folder when it has none', async () => {
    const bare = damaged('vocab.txt')
    await expect(readG2pwFolder(bare)).rejects.toMatchObject({ code: 'ERR_GSV_MISSING_MODEL' })
    expect((await readG2pwFolder(bare, folder)).tokenizer.vocabulary.get('[CLS]')).toBe(2)
  })

  it.each(['g2pW.onnx', 'config.py', 'POLYPHONIC_CHARS.txt', 'bopomofo_to_pinyin_wo_tune_dict.json'])(
    'without its %s says so',
    async (name) => {
      const failure = { code: 'ERR_GSV_MISSING_MODEL', message: expect.stringContaining(name) }
      await expect(readG2pwFolder(damaged(name))).rejects.toMatchObject(failure)
    }
  )

  it.each([
    ['POLYPHONIC_CHARS.txt', '長\tㄔㄤ2\n長 ㄓㄤ3\n', 'line 2'],
    ['bopomofo_to_pinyin_wo_tune_dict.json', '{', 'not JSON']
  ])('with a damaged %s says so', async (name, content, message) => {
    const failure = { code: 'ERR_GSV_CORRUPT_MODEL', message: expect.stringContaining(message) }
    await expect(readG2pwFolder(damaged(name, content))).rejects.toMatchObject(failure)
  })

  it('is opened when Chinese is first read', async () => {
    const missing = join(scratch, 'nothing-here')
    const text = createTextFrontend({ zh: () => loadChinese({ g2pw: { folder: missing } }) })
    await expect(text.pronounce('你好。', { language: 'zh' })).rejects.toMatchObject({ code: 'ERR_GSV_MISSING_MODEL' })
    expect((await text.pronounce('Hello there.', { language: 'en' })).phones.length).toBeGreaterThan(3)
  })

  it.skipIf(hasRuntime)('needs packages, which the error names', async () => {
    const failure = {
      code: 'ERR_GSV_MISSING_MODEL',
      message: expect.stringContaining('npm install onnxruntime-node opencc-js')
    }
    await expect(loadChinese({ g2pw: { folder } })).rejects.toMatchObject(failure)
  })
})

interface Fed {
  readonly data: ArrayLike<bigint | number>
  readonly dims: readonly number[]
}

/** The model over a session that keeps what it is fed and finds the first allowed label the likeliest. */
async function recording(): Promise<{ model: G2pwModel; fed: Record<string, Fed>[] }> {
  const tables = await readG2pwFolder(folder)
  const fed: Record<string, Fed>[] = []
  const model = new G2pwModel({
    tables,
    runtime: {
      InferenceSession: { create: () => Promise.reject(new Error('not opened here')) },
      Tensor: class {
        constructor(
          readonly type: string,
          readonly data: BigInt64Array | Float32Array,
          readonly dims: number[]
        ) {}
      }
    },
    session: {
      inputNames: [],
      outputNames: ['probs'],
      run: (inputs) => {
        fed.push(inputs as Record<string, Fed>)
        const { data, dims } = inputs['phoneme_mask'] as Fed
        return Promise.resolve({ probs: { data: data as ArrayLike<number>, dims } })
      }
    },
    traditional: (text) => text,
    simplified: (text) => text,
    readings: loadReadings('zh/readings.bin.br', new SyllableTable(new Tables('zh/rules.bin.br')))
  })
  return { model, fed }
}

describe('the network of g2pW', () => {
  it('is asked once for all polyphones of a sentence', async () => {
    const { model, fed } = await recording()
    const answers = await model.answers('她好了,')
    expect(answers?.slice(0, 3)).toEqual(['ta1', 'hao3', 'le5'])
    expect(fed).toHaveLength(1)
    const { input_ids, attention_mask, phoneme_mask, char_ids, position_ids } = fed[0]!
    const { tokenizer } = await readG2pwFolder(folder)
    expect(Array.from(input_ids!.data, Number)).toEqual([...tokenizer.encodeCharacters('她好了,')])
    expect(attention_mask!.dims).toEqual([1, 6])
    expect(phoneme_mask!.dims).toEqual([2, 19])
    expect(Array.from(position_ids!.data, Number)).toEqual([2, 3])
    expect(Array.from(char_ids!.data, Number)).toEqual([2, 1])
  })

  it('sees 16 characters on either side', async () => {
    const { model, fed } = await recording()
    await model.answers(`${'人'.repeat(40)}好${'人'.repeat(40)}.`)
    expect(fed[0]!['input_ids']!.dims).toEqual([1, 2 + 16 + 1 + 16])
    expect(Array.from(fed[0]!['position_ids']!.data, Number)).toEqual([17])
  })

  it('reads a sentence longer than BERT does in pieces', async () => {
    const { model, fed } = await recording()
    const answers = await model.answers(`${'好人'.repeat(800)}.`)
    expect(fed.length).toBeGreaterThan(3)
    for (const { input_ids } of fed) expect(input_ids!.dims[1]).toBeLessThanOrEqual(512)
    expect(fed.reduce((count, { char_ids }) => count + char_ids!.data.length, 0)).toBe(800)
    expect(answers?.filter((answer) => answer === 'hao3')).toHaveLength(800)
  })

  it('is not asked where nothing is a polyphone', async () => {
    const { model, fed } = await recording()
    expect(await model.answers('今天.')).toHaveLength(3)
    expect(fed).toEqual([])
  })
})

describe.skipIf(!hasRuntime)('g2pW with its runtime', () => {
  const rows = JSON.parse(readFileSync(join(fixtures, 'expected.json'), 'utf8')) as {
    sentence: string
    pinyin: string[]
  }[]

  let model: Frontend
  let replay: Frontend
  let recorded: readonly string[]
  beforeAll(async () => {
    model = await loadChinese({ g2pw: { folder } })
    replay = await loadChinese({ polyphones: () => recorded })
  })

  it.each(rows)('reads $sentence as upstream does', async ({ sentence, pinyin }) => {
    recorded = pinyin
    expect(await model.pronounceLater?.(sentence, 'v2')).toEqual(replay.pronounce(sentence, 'v2'))
  })

  it('is used by the text frontend, for v2 alone', async () => {
    const text = createTextFrontend({ zh: () => loadChinese({ g2pw: { folder } }) })
    const plain = createTextFrontend()
    const read = async (frontend: typeof text, version: 'v1' | 'v2') =>
      (await frontend.pronounce('她很好，不行。', { language: 'zh', version })).phones
    expect(await read(text, 'v1')).toEqual(await read(plain, 'v1'))
    expect(await read(text, 'v2')).not.toEqual(await read(plain, 'v2'))
  })

  it('refuses a network that is none', async () => {
    const failure = { code: 'ERR_GSV_CORRUPT_MODEL' }
    await expect(loadChinese({ g2pw: { folder: damaged('g2pW.onnx', 'no network') } })).rejects.toMatchObject(failure)
  })
})
