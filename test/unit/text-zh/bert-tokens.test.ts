import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BertTokenizer, charOfPhone, readBertVocabulary } from '../../../lib/text/zh/index.js'
import { readFixture } from './fixtures.js'

interface Fixture {
  readonly blocks: readonly (readonly [first: number, last: number])[]
  readonly words: readonly string[]
  readonly vocabulary: readonly string[]
  readonly checksums: readonly number[]
}

/** The generator of make_bert_tokens.py. */
function numbersBelow(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state >>> 8) % limit
  }
}

function compose(below: (limit: number) => number, { blocks, words }: Fixture): string {
  let text = ''
  for (let part = below(10); part >= 0; part--) {
    const kind = below(10)
    if (kind < 2) text += words[below(words.length)]
    else if (kind < 3) text += ' '
    else {
      const [first, last] = blocks[below(blocks.length)] ?? [0, 0]
      for (let char = below(5); char >= 0; char--) text += String.fromCodePoint(first + below(last - first + 1))
    }
  }
  return text
}

function checksum(ids: Int32Array): number {
  return ids.reduce((value, id) => Math.imul(value ^ id, 0x01000193), 0x811c9dc5) >>> 0
}

describe('BERT tokens', () => {
  const fixture = readFixture('bert-tokens.json') as Fixture
  const ids = new Map(fixture.vocabulary.map((token, id) => [token, id]))
  const tokenizer = new BertTokenizer(ids)
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gsv-vocabulary-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('are those of the reference tokenizer on 10,000 texts', () => {
    const below = numbersBelow(20)
    for (const expected of fixture.checksums) {
      const text = compose(below, fixture)
      expect({ text, checksum: checksum(tokenizer.encode(text)) }).toEqual({ text, checksum: expected })
    }
    expect(fixture.checksums).toHaveLength(10_000)
  })

  it('are one for each character of normalised text, between the two special ones', () => {
    const encoded = tokenizer.encodeCharacters('一丁,龥')
    const expected = ['[CLS]', '一', '[UNK]', ',', '[UNK]', '[SEP]']
    expect([...encoded].map((id) => fixture.vocabulary[id])).toEqual(expected)
    expect(tokenizer.encode('一丁,龥')).toEqual(encoded)
  })

  it('are read from a vocab.txt and from a tokenizer.json', () => {
    const [lines, json] = ['vocab.txt', 'tokenizer.json'].map((name) => join(folder, name)) as [string, string]
    writeFileSync(lines, fixture.vocabulary.join('\r\n') + '\r\n')
    writeFileSync(json, JSON.stringify({ model: { vocab: Object.fromEntries(ids) } }))
    expect(readBertVocabulary(lines)).toEqual(ids)
    expect(readBertVocabulary(json)).toEqual(ids)
  })

  it('need a vocabulary with the special tokens', () => {
    const path = join(folder, 'words.txt')
    writeFileSync(path, 'one\ntwo\n')
    expect(() => readBertVocabulary(path)).toThrow(/has no token \[UNK\]/)
    writeFileSync(join(folder, 'broken.json'), '{"model":')
    expect(() => readBertVocabulary(join(folder, 'broken.json'))).toThrow(
      expect.objectContaining({ code: 'ERR_GSV_CORRUPT_MODEL' })
    )
  })

  it('a phone knows the character it belongs to', () => {
    expect([...charOfPhone([2, 1, 2])]).toEqual([0, 0, 1, 2, 2])
  })
})
