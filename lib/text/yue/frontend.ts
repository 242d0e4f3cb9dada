import { type ChineseNormalizer, keepSpeakable } from '../chinese-normalization/index.js'
import type { ReadingTable } from '../han-words/readings.js'
import { firstHan } from '../han-words/trie.js'
import { type Frontend, pronunciation, type Pronunciation } from '../language.js'
import type { SyllablePhones } from './syllables.js'

/** What marks become in Cantonese. */
export const markNames: Readonly<Record<string, string>> = {
  '：': ',',
  '；': ',',
  '，': ',',
  '。': '.',
  '！': '!',
  '？': '?',
  '·': ',',
  '、': ',',
  $: '.',
  '～': '-',
  '~': '-'
}

/** Words with two phones for each character; nothing for a mark, or a character that has no reading. */
export type CantoneseReadings = ReadingTable<SyllablePhones | undefined>

/** Cantonese text to phones. */
export class CantoneseFrontend implements Frontend {
  constructor(
    readonly normalize: ChineseNormalizer,
    readonly readings: CantoneseReadings
  ) {}

  pronounce(text: string): Pronunciation {
    const { text: speakable, dropped } = keepSpeakable(this.normalize(text))
    const phones: string[] = []
    const word2ph: number[] = []
    const unread = new Set<string>()
    let normText = ''
    let copied = 0
    this.readings.read(speakable).forEach((syllable, index) => {
      if (syllable) {
        phones.push(syllable[0], syllable[1])
        word2ph.push(2)
      } else if (speakable.charCodeAt(index) < firstHan) {
        phones.push(speakable[index]!)
        word2ph.push(1)
      } else {
        unread.add(speakable[index]!)
        normText += speakable.slice(copied, index)
        copied = index + 1
      }
    })
    normText = copied === 0 ? speakable : normText + speakable.slice(copied)
    return pronunciation(normText, phones, word2ph, warningsFor(dropped, unread))
  }
}

function warningsFor(dropped: readonly string[], unread: ReadonlySet<string>): string[] {
  const warnings: string[] = []
  if (dropped.length > 0) warnings.push(`not read in Cantonese, skipped: ${dropped.join(' ')}`)
  if (unread.size > 0) warnings.push(`no known Cantonese reading, skipped: ${[...unread].join(' ')}`)
  return warnings
}
