import { loadChineseNormalizer } from '../chinese-normalization/index.js'
import type { Frontend } from '../language.js'
import { Tables } from '../tables.js'
import { Dictionary } from './dictionary.js'
import { ChineseFrontend, ModelFrontend, type Polyphones } from './frontend.js'
import type { G2pwOptions } from './g2pw/index.js'
import { markNames } from './normalize.js'
import { loadReadings } from './readings.js'
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
  /** The polyphone model g2pW, in the place of `polyphones`. Its runtime is loaded only here. */
  readonly g2pw?: G2pwOptions | undefined
}

/** Reads the tables of Mandarin. */
export async function loadChinese(options: ChineseOptions = {}): Promise<Frontend> {
  const ruleTables = new Tables('zh/rules.bin.br')
  const syllables = new SyllableTable(ruleTables)
  const dictionary = new Dictionary()
  const readings = loadReadings('zh/readings.bin.br', syllables)
  const frontend = new ChineseFrontend({
    normalize: loadChineseNormalizer(markNames),
    tagger: new Tagger(dictionary),
    splitter: new WordSplitter(dictionary),
    syllables,
    readings,
    rules: toneRules(ruleTables),
    ...(options.polyphones && { polyphones: options.polyphones }),
    ...((options.polyphones || options.g2pw) && {
      corrections: loadReadings('zh/corrections.bin.br', syllables)
    })
  })
  if (!options.g2pw) return frontend
  const { loadG2pw } = await import('./g2pw/index.js')
  return new ModelFrontend(frontend, await loadG2pw(options.g2pw, readings))
}
