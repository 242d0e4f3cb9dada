import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CorruptModelError, MissingModelError } from '../../../errors.js'
import { BertTokenizer, readBertVocabulary } from '../bert-tokens.js'

/** Characters that the model knows but is not asked about, as upstream has it. */
const NOT_ASKED = new Set('一不和咋嗲剖差攢倒難奔勁拗肖瘙誒泊听噢')
/** Characters whose one reading in the folder is not used, as upstream has it. */
const NOT_SINGLE = new Set('似攢')

const VOCABULARIES = ['vocab.txt', 'tokenizer.json']

/** A character that the model chooses a reading for. */
export interface Polyphone {
  readonly id: number
  /** Places of its readings among all labels. */
  readonly labels: readonly number[]
}

/** What a folder of G2PWModel says beside its network. */
export interface G2pwTables {
  readonly network: string
  readonly tokenizer: BertTokenizer
  /** Pinyin of each label; nothing where the folder's table has none. */
  readonly labels: readonly (string | undefined)[]
  readonly polyphones: ReadonlyMap<string, Polyphone>
  /** Pinyin of characters with one reading. */
  readonly single: ReadonlyMap<string, string>
  /** Whether the network is told which labels a character can have. */
  readonly usesMask: boolean
}

/**
 * Reads a folder of G2PWModel.
 * @param vocabularyFolder where the BERT vocabulary is when the folder has none
 * @throws {MissingModelError} a file is not there. @throws {CorruptModelError} a file is not what it should be.
 */
export async function readG2pwFolder(folder: string, vocabularyFolder?: string): Promise<G2pwTables> {
  const network = find([folder], ['g2pW.onnx', 'g2pw.onnx'], 'the network of g2pW')
  const vocabulary = find(
    [folder, ...(vocabularyFolder === undefined ? [] : [vocabularyFolder])],
    VOCABULARIES,
    'the vocabulary of bert-base-chinese'
  )
  const config = await read(folder, 'config.py')
  const pinyin = await bopomofoToPinyin(folder)
  const polyphonic = await pairs(folder, 'POLYPHONIC_CHARS.txt')
  const monophonic = await pairs(folder, 'MONOPHONIC_CHARS.txt')
  const withCharacter = flag(config, 'use_char_phoneme') ?? false
  const labelOf = ([char, reading]: Pair): string => (withCharacter ? `${char} ${reading}` : reading)
  const labels = [...new Set(polyphonic.map(labelOf))].sort(byCodePoint)
  return {
    network,
    tokenizer: new BertTokenizer(readBertVocabulary(vocabulary)),
    labels: labels.map((label) => pinyin(label.slice(label.indexOf(' ') + 1))),
    polyphones: polyphones(polyphonic, labels, labelOf),
    single: new Map(
      monophonic.flatMap(([char, reading]) => {
        const spelt = NOT_SINGLE.has(char) ? undefined : pinyin(reading)
        return spelt === undefined ? [] : [[char, spelt]]
      })
    ),
    usesMask: flag(config, 'use_mask') ?? true
  }
}

type Pair = readonly [char: string, reading: string]

function polyphones(pairs: readonly Pair[], labels: readonly string[], labelOf: (pair: Pair) => string) {
  const places = new Map(labels.map((label, place) => [label, place]))
  const labelsOf = new Map<string, number[]>()
  for (const pair of pairs) {
    const known = labelsOf.get(pair[0])
    const place = places.get(labelOf(pair))!
    if (known) known.push(place)
    else labelsOf.set(pair[0], [place])
  }
  const found = new Map<string, Polyphone>()
  for (const [id, char] of [...labelsOf.keys()].sort(byCodePoint).entries()) {
    if (!NOT_ASKED.has(char)) found.set(char, { id, labels: labelsOf.get(char)! })
  }
  return found
}

/** `ㄓㄨㄥ4` to `zhong4`. */
async function bopomofoToPinyin(folder: string): Promise<(bopomofo: string) => string | undefined> {
  const name = 'bopomofo_to_pinyin_wo_tune_dict.json'
  const text = await read(folder, name)
  let table: Map<string, unknown>
  try {
    table = new Map(Object.entries(JSON.parse(text) as Record<string, unknown>))
  } catch (cause) {
    throw new CorruptModelError(`${join(folder, name)} is not JSON`, { cause })
  }
  return (bopomofo) => {
    const letters = table.get(bopomofo.slice(0, -1))
    return typeof letters === 'string' && letters !== '' ? letters + bopomofo.slice(-1) : undefined
  }
}

async function pairs(folder: string, name: string): Promise<Pair[]> {
  const lines = (await read(folder, name)).trim().split('\n')
  return lines.map((line, index) => {
    const [char, reading, ...rest] = line.replace(/\r$/, '').split('\t')
    if (!char || !reading || rest.length > 0) {
      throw new CorruptModelError(`${join(folder, name)}, line ${index + 1}: not a character, a tab and a reading`)
    }
    return [char, reading]
  })
}

/** A switch of config.py, which is looked at, never run. */
function flag(config: string, name: string): boolean | undefined {
  const match = new RegExp(`^${name}[ \\t]*=[ \\t]*(True|False)\\b`, 'm').exec(config)
  return match ? match[1] === 'True' : undefined
}

function find(folders: readonly string[], names: readonly string[], what: string): string {
  const found = folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path))
  if (found) return found
  throw new MissingModelError(`${what} (${names.join(' or ')}) is not in ${folders.join(' or ')}`)
}

async function read(folder: string, name: string): Promise<string> {
  try {
    return await readFile(join(folder, name), 'utf8')
  } catch (cause) {
    throw new MissingModelError(`${folder} is no folder of g2pW: its ${name} cannot be read`, { cause })
  }
}

// Labels and characters are numbered in the order that Python sorts them.
function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
