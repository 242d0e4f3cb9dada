// Packs the English and language-segmentation tables into lib/text/data.
// usage: node scripts/pack-text-data.mjs DIR   (DIR holds en/ and langseg/ with the raw tables)
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gunzipSync } from 'node:zlib'

const source = process.argv[2]
if (!source) {
  console.error('usage: node scripts/pack-text-data.mjs DIR')
  process.exit(2)
}
const target = join(dirname(fileURLToPath(import.meta.url)), '..', 'lib', 'text', 'data')

const readLines = (name) =>
  gunzipSync(readFileSync(join(source, name)))
    .toString('latin1')
    .split('\n')
    .filter(Boolean)
const byCode = (a, b) => (a < b ? -1 : a > b ? 1 : 0)

function brotli(bytes) {
  return brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: 24,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length
    }
  })
}

function write(name, columns, lists = {}) {
  const sections = {}
  let offset = 0
  for (const [key, bytes] of Object.entries(columns)) {
    sections[key] = [offset, bytes.length]
    offset += bytes.length
  }
  const header = Buffer.from(JSON.stringify({ sections, lists }))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(header.length)
  const packed = brotli(Buffer.concat([length, header, ...Object.values(columns)]))
  mkdirSync(dirname(join(target, name)), { recursive: true })
  writeFileSync(join(target, name), packed)
  console.log(`${name}: ${packed.length} bytes`)
}

function stringColumns(prefix, strings) {
  if (strings.some((s) => s.length > 255)) throw new Error(`${prefix}: a string is longer than 255`)
  return {
    [`${prefix}Lengths`]: Buffer.from(strings.map((s) => s.length)),
    [prefix]: Buffer.from(strings.join(''), 'latin1')
  }
}

/** Byte planes, lowest first. */
function planes(numbers) {
  const count = numbers.length
  let size = 1
  while (numbers.some((n) => n >= 256 ** size)) size++
  const bytes = Buffer.alloc(size * count)
  numbers.forEach((number, index) => {
    for (let plane = 0; plane < size; plane++) bytes[plane * count + index] = Math.floor(number / 256 ** plane) % 256
  })
  return bytes
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
  write(
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
  write(
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
  write(name, { ...stringColumns('keys', keys), counts: planes(keys.map((key) => Number(counts.get(key)))) })
}

function packHomographs() {
  const raw = JSON.parse(readFileSync(join(source, 'en/homographs.json'), 'utf8'))
  write(
    'en/homographs.bin.br',
    {},
    {
      homographs: Object.entries(raw).map(([word, [first, second, tag]]) =>
        [word, tag, first.join(' '), second.join(' ')].join('\t')
      )
    }
  )
}

function packNetwork() {
  const index = JSON.parse(readFileSync(join(source, 'en/g2p-gru.json'), 'utf8'))
  const bytes = readFileSync(join(source, 'en/g2p-gru.bin'))
  const columns = {}
  for (const [name, { offset, shape }] of Object.entries(index.tensors)) {
    columns[name] = bytes.subarray(offset, offset + 4 * shape.reduce((a, b) => a * b, 1))
  }
  write('en/spelling-network.bin.br', columns, { graphemes: index.graphemes, phonemes: index.phonemes })
}

function packBoundaries(name, file) {
  const model = JSON.parse(readFileSync(join(source, file), 'utf8'))
  write(name, {}, { model: [JSON.stringify(model)] })
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
mkdirSync(join(target, 'langseg'), { recursive: true })
writeFileSync(join(target, 'langseg', 'lid.176.ftz'), readFileSync(join(source, 'langseg/lid.176.ftz')))
