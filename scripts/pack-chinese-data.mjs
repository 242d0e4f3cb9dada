// Packs the Chinese tables into lib/text/data/zh and yue, in the container that lib/text/tables.ts reads.
// usage: node scripts/pack-chinese-data.mjs DIR   (DIR holds zh/ with the raw tables; Cantonese is in the package to-jyutping)
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { getJyutpingList } from 'to-jyutping'
import { planes, readRaw, sourceFolder, writeTables } from './table-files.mjs'

const source = sourceFolder('node scripts/pack-chinese-data.mjs DIR')

const readText = (name) => readRaw(join(source, 'zh', name)).toString('utf8')
const readJson = (name) => JSON.parse(readText(name))

const write = (name, columns, lists) => writeTables(`zh/${name}`, columns, lists)

/** Always two planes. */
function planes16(numbers) {
  const outside = numbers.find((number) => number < 0 || number > 0xffff)
  if (outside !== undefined) throw new Error(`${outside} does not fit 16 bits`)
  return planes(numbers, 2)
}

function doubles(numbers) {
  const bytes = Buffer.alloc(8 * numbers.length)
  numbers.forEach((number, index) => bytes.writeDoubleLE(number, 8 * index))
  return bytes
}

/** The normalised text holds no other characters, so a word with another one can never be met. */
const speakable = /^[\u4e00-\u9fa5]+$/

/** Nodes breadth first, children by code: each node's children are neighbours, and only their counts are stored. */
function packTrie(entries, columnsOf) {
  const root = { children: new Map() }
  for (const [word, value] of entries) {
    let node = root
    for (const char of word) {
      if (!node.children.has(char)) node.children.set(char, { children: new Map() })
      node = node.children.get(char)
    }
    node.value = value
  }
  const nodes = [['', root]]
  for (let index = 0; index < nodes.length; index++) {
    const children = [...nodes[index][1].children].sort((a, b) => (a[0] < b[0] ? -1 : 1))
    for (const child of children) nodes.push(child)
  }
  const counts = nodes.map(([, node]) => node.children.size)
  return {
    chars: planes16(nodes.map(([char]) => (char === '' ? 0 : char.charCodeAt(0)))),
    childCounts: planes16(counts),
    ...columnsOf(nodes.map(([, node]) => node.value))
  }
}

/**
 * Natural logarithm, rounded correctly. Routes of equal words in another order differ by the last bit only, and
 * Math.log misses that bit for one number in sixty.
 */
function exactLog(integer) {
  const bits = 160n
  const one = 1n << bits
  const atanhSeries = (numerator, denominator) => {
    const x = (numerator * one) / denominator
    const square = (x * x) >> bits
    let sum = 0n
    for (let power = x, n = 1n; power !== 0n; power = (power * square) >> bits, n += 2n) sum += power / n
    return sum
  }
  // ln(m 2^k) = 2 atanh((m - 1) / (m + 1)) + k ln 2, with m in [1, 2).
  const exponent = BigInt(BigInt(integer).toString(2).length - 1)
  const unit = 1n << exponent
  const value = 2n * atanhSeries(BigInt(integer) - unit, BigInt(integer) + unit) + exponent * 2n * atanhSeries(1n, 3n)
  return Number(value) / 2 ** Number(bits)
}

function packWords() {
  const lines = readText('jieba-dict.txt.gz').split('\n').filter(Boolean)
  const entries = lines.map((line) => line.split(' '))
  const total = entries.reduce((sum, [, frequency]) => sum + Number(frequency), 0)
  const kept = entries.filter(([word]) => speakable.test(word))
  const tags = ['', ...new Set(kept.map(([, , tag]) => tag))]
  const frequencies = [...new Set(kept.map(([, frequency]) => Number(frequency)))].sort((a, b) => a - b)
  const rank = new Map(frequencies.map((frequency, index) => [frequency, index + 1]))
  const columns = packTrie(
    kept.map(([word, frequency, tag]) => [word, [rank.get(Number(frequency)), tags.indexOf(tag)]]),
    (values) => ({
      frequencyRanks: planes16(values.map((value) => value?.[0] ?? 0)),
      tags: Buffer.from(values.map((value) => value?.[1] ?? 0))
    })
  )
  write('words.bin.br', { ...columns, logarithms: doubles([exactLog(total), ...frequencies.map(exactLog)]) }, { tags })
}

/** Emissions by character: which states, and an index into the distinct probabilities (0 is "none"). */
function packEmissions(states, emissions, statesOfChar) {
  const distinct = [...new Set(Object.values(emissions).flatMap((byChar) => Object.values(byChar)))].sort(
    (a, b) => a - b
  )
  const rank = new Map(distinct.map((value, index) => [value, index + 1]))
  const chars = new Map()
  const add = (char, state, kind) => {
    if (!speakable.test(char)) return
    if (!chars.has(char)) chars.set(char, { listed: [], unlisted: [] })
    chars.get(char)[kind].push(state)
  }
  for (const [char, listed] of Object.entries(statesOfChar)) listed.forEach((state) => add(char, state, 'listed'))
  for (const [state, byChar] of Object.entries(emissions)) {
    for (const char of Object.keys(byChar)) if (!statesOfChar[char]?.includes(state)) add(char, state, 'unlisted')
  }
  const sorted = [...chars].sort((a, b) => (a[0] < b[0] ? -1 : 1))
  const order = (names) => names.map((name) => states.indexOf(name)).sort((a, b) => a - b)
  const perEntry = sorted.flatMap(([char, { listed, unlisted }]) =>
    [...order(listed), ...order(unlisted)].map((state) => [state, rank.get(emissions[states[state]][char]) ?? 0])
  )
  return {
    chars: planes16(sorted.map(([char]) => char.charCodeAt(0))),
    listedCounts: Buffer.from(sorted.map(([, { listed }]) => listed.length)),
    unlistedCounts: Buffer.from(sorted.map(([, { unlisted }]) => unlisted.length)),
    entryStates: Buffer.from(perEntry.map(([state]) => state)),
    entryRanks: planes16(perEntry.map(([, valueRank]) => valueRank)),
    emissionValues: doubles(distinct)
  }
}

function packTagModel() {
  const model = readJson('jieba-posseg-hmm.json.gz')
  const states = Object.keys(model.start).sort()
  const transitions = states.flatMap((from, index) =>
    Object.entries(model.trans[from]).map(([to, value]) => [index, states.indexOf(to), value])
  )
  write(
    'tag-model.bin.br',
    {
      start: doubles(states.map((state) => model.start[state])),
      transitionFrom: Buffer.from(transitions.map(([from]) => from)),
      transitionTo: Buffer.from(transitions.map(([, to]) => to)),
      transitionValues: doubles(transitions.map(([, , value]) => value)),
      ...packEmissions(states, model.emit, model.char_states)
    },
    { states }
  )
}

function packSearchModel() {
  const model = readJson('jieba-finalseg-hmm.json.gz')
  const states = ['B', 'E', 'M', 'S']
  write(
    'search-model.bin.br',
    {
      start: doubles(states.map((state) => model.start[state])),
      transitions: doubles(states.flatMap((from) => states.map((to) => model.trans[from][to] ?? -3.14e100))),
      ...packEmissions(states, model.emit, {})
    },
    { states }
  )
}

const toneOfMark = new Map([
  ['\u0304', 1],
  ['\u0301', 2],
  ['\u030c', 3],
  ['\u0300', 4]
])

/** lǜ -> lv4. A reading without a vowel (ḿ, ń, hm) has no final in upstream either, and becomes empty. */
function numbered(reading) {
  let tone = 5
  let letters = ''
  for (const char of reading.normalize('NFD')) {
    if (toneOfMark.has(char)) tone = toneOfMark.get(char)
    else if (char === '\u0308') letters = `${letters.slice(0, -1)}v`
    else letters += char
  }
  return /[aeiouv]/.test(letters) ? letters.normalize('NFC') + tone : ''
}

/** Each word's readings are a run of syllable numbers in one column; the trie node holds its start + 1. */
function packReadingTrie(name, entries) {
  const syllables = [...new Set(entries.flatMap(([, readings]) => readings))].sort()
  const rank = new Map(syllables.map((syllable, index) => [syllable, index]))
  for (const [word, readings] of entries) {
    if (readings.length !== word.length) throw new Error(`${word} has ${readings.length} readings`)
  }
  const readings = []
  const columns = packTrie(entries, (values) => {
    for (const value of values) if (value) readings.push(...value.map((reading) => rank.get(reading)))
    return { isWord: Buffer.from(values.map((value) => (value ? 1 : 0))) }
  })
  writeTables(name, { ...columns, readings: planes16(readings) }, { syllables })
}

function packReadings() {
  const chars = Object.entries(readJson('pypinyin-chars.json.gz')).map(([code, readings]) => [
    String.fromCodePoint(Number(code)),
    [numbered(readings.split(',')[0])]
  ])
  const phrases = Object.entries(readJson('pypinyin-phrases.json.gz')).map(([phrase, readings]) => [
    phrase,
    readings.map(([first]) => numbered(first))
  ])
  // A phrase of one character comes before the character table.
  const entries = new Map([...chars, ...phrases])
  packReadingTrie(
    'zh/readings.bin.br',
    [...entries].filter(([word]) => speakable.test(word))
  )
}

function packCorrections() {
  const entries = Object.entries(readJson('polyphonic.json.gz'))
  packReadingTrie(
    'zh/corrections.bin.br',
    entries.filter(([word]) => speakable.test(word))
  )
}

/** The words that to-jyutping knows: its bundle holds them as one string of prefixes, codes of readings and braces. */
function jyutpingWords() {
  const bundle = readFileSync(fileURLToPath(import.meta.resolve('to-jyutping')), 'utf8')
  const list = Array.from(JSON.parse(/"\{(?:[^"\\]|\\.)*\}"/.exec(bundle)[0]))
  const isCode = (char) => char < '{' || char === '~'
  const isBrace = (char) => char === '{' || char === '}'
  const words = []
  const prefixes = ['']
  for (let at = 1; prefixes.length > 0; at++) {
    let word = prefixes.at(-1)
    while (!isCode(list[at]) && !isBrace(list[at])) word += list[at++]
    if (isCode(list[at])) words.push(word)
    while (isCode(list[at])) at++
    if (list[at] === '{') prefixes.push(word)
    else if (list[at] === '}') prefixes.pop()
    else at--
  }
  return words
}

function packJyutping() {
  const words = jyutpingWords().filter((word) => speakable.test(word))
  packReadingTrie(
    'yue/words.bin.br',
    words.map((word) => [word, getJyutpingList(word).map(([, syllable]) => syllable)])
  )
}

function packRules() {
  const simplified = Object.entries(readJson('t2s.json'))
  const symbols = Object.entries(readJson('opencpop.json'))
  const words = readJson('tone-word-lists.json')
  write('simplified.bin.br', {}, { from: simplified.map(([from]) => from), to: simplified.map(([, to]) => to) })
  write(
    'rules.bin.br',
    {},
    {
      syllables: symbols.map(([syllable]) => syllable),
      initials: symbols.map(([, [initial]]) => initial),
      finals: symbols.map(([, [, final]]) => final),
      neutral: words.must_neural_tone_words,
      neverNeutral: words.must_not_neural_tone_words,
      alwaysErhua: words.must_erhua,
      neverErhua: words.not_erhua
    }
  )
}

packRules()
packSearchModel()
packTagModel()
packReadings()
packCorrections()
packWords()
packJyutping()
