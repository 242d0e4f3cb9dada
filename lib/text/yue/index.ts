import { loadChineseNormalizer } from '../chinese-normalization/index.js'
import { ReadingTable } from '../han-words/readings.js'
import type { Frontend } from '../language.js'
import { CantoneseFrontend, markNames } from './frontend.js'
import { phonesOfSyllable } from './syllables.js'

/** Reads the Cantonese dictionary. */
export async function loadCantonese(): Promise<Frontend> {
  const readings = new ReadingTable('yue/words.bin.br', phonesOfSyllable, () => undefined)
  return new CantoneseFrontend(loadChineseNormalizer(markNames), readings)
}
