import { loadChineseNormalizer } from '../chinese-normalization/index.js'
import type { Frontend } from '../language.js'
import { CantoneseFrontend } from './frontend.js'

/** Reads the Cantonese dictionary. */
export async function loadCantonese(): Promise<Frontend> {
  const { getJyutpingList } = await import('to-jyutping')
  return new CantoneseFrontend(loadChineseNormalizer(), getJyutpingList)
}
