// Packs the English and language-segmentation tables into lib/text/data.
// usage: node scripts/pack-text-data.mjs DIR   (DIR holds en/ and langseg/ with the raw tables)
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { planes, readRaw, sourceFolder, writeFile, writeTables } from './table-files.mjs'

const source = sourceFolder('node scripts/pack-text-data.mjs DIR')

const readLines = (name) => readRaw(join(source, name)).toString('latin1').split('\n').filter(Boolean)
const byCode = (a, b) => (a < b ? -1 : a > b ? 1 : 0)

function stringColumns(prefix, strings) {
  if (strings.some((s) => s.length > 255)) throw new Error(`${prefix}: a string is longer than 255`)
  return {
    [`${prefix}Lengths`]: Buffer.from(strings.map((s) => s.length)),
    [prefix]: Buffer.from(strings.join(''), 'latin1')
  }
}

/** Only words that the English tokenizer can produce. */
const speakable = /^[a-z'.-]+$/

function packPronunciations(name, file) {
  const entries = readLines(file)
    .map((line) => line.split('\t'))
    .filter(([word]) => speakable.test(word))
    .map(([word, phones]) => [word, phones.split(' ').filter(Boolean)])
    .sort((a, b) => byCode(a[0], b[0]))
  const symbols = [...new Set(entries.flatMap(([, phones]) => phones))].sort(byCode)
  const codes = new Map(symbols.map((symbol, index) => [symbol, index]))
  writeTables(
    name,
    {
      ...stringColumns(
        'words',
        entries.map(([word]) => word)
      ),
      phoneCounts: Buffer.from(entries.map(([, phones]) => phones.length)),
      phones: Buffer.from(entries.flatMap(([, phones]) => phones.map((phone) => codes.get(phone))))
    },
    { symbols }
  )
}

function packTagger() {
  const { weights, tagdict, classes } = JSON.parse(readLines('en/pos-tagger.json.gz').join('\n'))
  const tags = [...classes].sort(byCode)
  const tagCode = new Map(tags.map((tag, index) => [tag, index]))
  const features = Object.keys(weights).sort(byCode)
  const pairs = features.map((feature) => Object.entries(weights[feature]).sort((a, b) => byCode(a[0], b[0])))
  // Weights have three decimals; stored as thousandths above the least, which leaves 16 bits.
  const thousandths = pairs.flat().map(([, weight]) => Math.round(weight * 1000) + 32000)
  const words = Object.keys(tagdict).sort(byCode)
  writeTables(
    'en/tagger.bin.br',
    {
      ...stringColumns('features', features),
      weightCounts: Buffer.from(pairs.map((list) => list.length)),
      weightTags: Buffer.from(pairs.flat().map(([tag]) => tagCode.get(tag))),
      weights: planes(thousandths),
      ...stringColumns('words', words),
      wordTags: Buffer.from(words.map((word) => tagCode.get(tagdict[word])))
    },
    { tags }
  )
}

function packCounts(name, file, pattern) {
  const pairs = readLines(file).map((line) => line.split('\t'))
  // Some keys come twice: the last count is the one that upstream keeps.
  const counts = new Map(pairs.filter(([key]) => pattern.test(key)))
  const keys = [...counts.keys()].sort(byCode)
  writeTables(name, { ...stringColumns('keys', keys), counts: planes(keys.map((key) => Number(counts.get(key)))) })
}

function packHomographs() {
  const raw = JSON.parse(readFileSync(join(source, 'en/homographs.json'), 'utf8'))
  writeTables(
    'en/homographs.bin.br',
    {},
    {
      homographs: Object.entries(raw).map(([word, [first, second, tag]]) =>
        [word, tag, first.join(' '), second.join(' ')].join('\t')
      )
    }
  )
}

/** What each symbol adds to the gates of a recurrent unit: there are few, so it is worked out here. */
function inputsOfSymbols(embedding, weight, bias) {
  const width = weight.length / bias.length
  return Float32Array.from({ length: (embedding.length / width) * bias.length }, (_unused, at) => {
    const [symbol, gate] = [Math.floor(at / bias.length), at % bias.length]
    let sum = 0
    for (let i = 0; i < width; i++) sum += embedding[symbol * width + i] * weight[gate * width + i]
    return sum + bias[gate]
  })
}

function packNetwork() {
  const index = JSON.parse(readFileSync(join(source, 'en/g2p-gru.json'), 'utf8'))
  const bytes = readFileSync(join(source, 'en/g2p-gru.bin'))
  const tensor = (name) => {
    const { offset, shape } = index.tensors[name]
    const size = 4 * shape.reduce((a, b) => a * b, 1)
    return new Float32Array(Uint8Array.from(bytes.subarray(offset, offset + size)).buffer)
  }
  const unit = (part) => ({
    [`${part}_inputs`]: inputsOfSymbols(tensor(`${part}_emb`), tensor(`${part}_w_ih`), tensor(`${part}_b_ih`)),
    [`${part}_w_hh`]: tensor(`${part}_w_hh`),
    [`${part}_b_hh`]: tensor(`${part}_b_hh`)
  })
  const columns = { ...unit('enc'), ...unit('dec'), fc_w: tensor('fc_w'), fc_b: tensor('fc_b') }
  const lists = { graphemes: index.graphemes, phonemes: index.phonemes }
  // Weights hardly compress.
  const bytesOf = ([name, values]) => [name, Buffer.from(values.buffer)]
  writeTables('en/spelling-network.bin', Object.fromEntries(Object.entries(columns).map(bytesOf)), lists)
}

function packBoundaries(name, file) {
  const model = JSON.parse(readFileSync(join(source, file), 'utf8'))
  writeTables(name, {}, { model: [JSON.stringify(model)] })
}

packPronunciations('en/dictionary.bin.br', 'en/dict.tsv.gz')
packPronunciations('en/names.bin.br', 'en/names.tsv.gz')
packTagger()
packHomographs()
packNetwork()
packCounts('en/words.bin.br', 'en/wordsegment-unigrams.txt.gz', /^[a-z]+$/)
packCounts('en/word-pairs.bin.br', 'en/wordsegment-bigrams.txt.gz', /^[a-z]+ [a-z]+$/)
packBoundaries('langseg/boundaries-ja.bin.br', 'langseg/budoux-ja.json')
packBoundaries('langseg/boundaries-zh.bin.br', 'langseg/budoux-zh-hans.json')
writeFile('langseg/lid.176.ftz', readFileSync(join(source, 'langseg/lid.176.ftz')))
