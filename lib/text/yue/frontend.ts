import { type ChineseNormalizer, keepSpeakable } from '../chinese-normalization/index.js'
import type { Frontend, Pronunciation } from '../language.js'
import { phonesOfSyllable } from './syllables.js'

/** Each character with its Jyutping, or null. */
export type JyutpingReader = (text: string) => (readonly [char: string, jyutping: string | null])[]

const markNames: Readonly<Record<string, string>> = {
  '：': ',',
  '；': ',',
  '，': ',',
  '。': '.',
  '！': '!',
  '？': '?',
  '·': ',',
  '、': ',',
  '...': '…',
  $: '.',
  '～': '-',
  '~': '-'
}
const named = /\.\.\.|[：；，。！？·、$~～]/g
const marks = '!?…,.-'

/** A text is read in stretches, so that a long one needs no more memory than its phones; words are far shorter. */
const stretch = /[^!?…,.-]+|[!?…,.-]+/g

/** Cantonese text to phones. */
export class CantoneseFrontend implements Frontend {
  constructor(
    readonly normalize: ChineseNormalizer,
    readonly readJyutping: JyutpingReader
  ) {}

  pronounce(text: string): Pronunciation {
    const marked = this.normalize(text).map((sentence) => sentence.replace(named, (sign) => markNames[sign]!))
    const { text: speakable, dropped } = keepSpeakable(marked.join(''))
    const chars: string[] = []
    const phones: string[] = []
    const word2ph: number[] = []
    const unread = new Set<string>()
    for (const [part] of speakable.matchAll(stretch)) {
      for (const [char, jyutping] of this.readJyutping(part)) {
        const read = marks.includes(char) ? [char] : jyutping && phonesOfSyllable(jyutping)
        if (!read) {
          unread.add(char)
          continue
        }
        chars.push(char)
        phones.push(...read)
        word2ph.push(read.length)
      }
    }
    return { normText: chars.join(''), phones, word2ph, warnings: warningsFor(dropped, unread) }
  }
}

function warningsFor(dropped: readonly string[], unread: ReadonlySet<string>): string[] {
  const warnings: string[] = []
  if (dropped.length > 0) warnings.push(`not read in Cantonese, skipped: ${dropped.join(' ')}`)
  if (unread.size > 0) warnings.push(`no known Cantonese reading, skipped: ${[...unread].join(' ')}`)
  return warnings
}
