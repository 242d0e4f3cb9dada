import { loadChineseNormalizer } from '../chinese-normalization/index.js'
import type { Frontend } from '../language.js'
import { Tables } from '../tables.js'
import { Dictionary } from './dictionary.js'
import { ChineseFrontend, type Polyphones } from './frontend.js'
import { ReadingTable } from './readings.js'
import { toneRules } from './rules.js'
import { WordSplitter } from './search-cut.js'
import { SyllableTable } from './syllables.js'
import { Tagger } from './tagger.js'

export { BertTokenizer, charOfPhone, readBertVocabulary } from './bert-tokens.js'
export type { Polyphones } from './frontend.js'

export interface ChineseOptions {
  /**
   * Readings of a sentence by a polyphone model, called for each sentence of the normalised text in order. Where it is
   * absent or answers `undefined`, or not one reading a character, the dictionaries decide. Not used for `v1`.
   */
  readonly polyphones?: Polyphones
}

/** Reads the tables of Mandarin. */
export async function loadChinese(options: ChineseOptions = {}): Promise<Frontend> {
  const ruleTables = new Tables('zh/rules.bin.br')
  const syllables = new SyllableTable(ruleTables)
  const dictionary = new Dictionary()
  return new ChineseFrontend({
    normalize: loadChineseNormalizer(),
    tagger: new Tagger(dictionary),
    splitter: new WordSplitter(dictionary),
    readings: new ReadingTable('zh/readings.bin.br', syllables),
    rules: toneRules(ruleTables),
    ...(options.polyphones && {
      polyphones: options.polyphones,
      corrections: new ReadingTable('zh/corrections.bin.br', syllables)
    })
  })
}
