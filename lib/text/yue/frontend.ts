import { type ChineseNormalizer, keepSpeakable } from '../chinese-normalization/index.js'
import type { Frontend, Pronunciation } from '../language.js'
import { phonesOfSyllable, type SyllablePhones } from './syllables.js'

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
/** A stretch is all marks or has none. */
const isMark = (stretch: string): boolean => stretch < '\u4e00'

/**
 * A text is read in stretches, so that a long one needs no more memory than its phones. No word crosses a mark; where
 * there is none for thousands of characters, one word may be parted.
 */
const stretches = /[^!?…,.-]{1,4096}|[!?…,.-]+/g

/** Cantonese text to phones. */
export class CantoneseFrontend implements Frontend {
  /** By Jyutping syllable: the dictionary has about two thousand. */
  readonly #phones = new Map<string, SyllablePhones | undefined>()

  constructor(
    readonly normalize: ChineseNormalizer,
    readonly readJyutping: JyutpingReader
  ) {}

  pronounce(text: string): Pronunciation {
    const marked = this.normalize(text).map((sentence) => sentence.replace(named, (sign) => markNames[sign]!))
    const { text: speakable, dropped } = keepSpeakable(marked.join(''))
    const phones: string[] = []
    const word2ph: number[] = []
    const unread = new Set<string>()
    const read: string[] = []
    for (const stretch of speakable.match(stretches) ?? []) {
      if (isMark(stretch)) {
        this.#addMarks(stretch, phones, word2ph)
        read.push(stretch)
        continue
      }
      for (const [char, jyutping] of this.readJyutping(stretch)) {
        const syllable = jyutping === null ? undefined : this.#phonesOf(jyutping)
        if (!syllable) {
          unread.add(char)
          continue
        }
        phones.push(syllable[0], syllable[1])
        word2ph.push(2)
        read.push(char)
      }
    }
    return { normText: read.join(''), phones, word2ph, warnings: warningsFor(dropped, unread) }
  }

  #addMarks(marks: string, phones: string[], word2ph: number[]): void {
    for (const mark of marks) {
      phones.push(mark)
      word2ph.push(1)
    }
  }

  #phonesOf(jyutping: string): SyllablePhones | undefined {
    let phones = this.#phones.get(jyutping)
    if (!phones) {
      phones = phonesOfSyllable(jyutping)
      this.#phones.set(jyutping, phones)
    }
    return phones
  }
}

function warningsFor(dropped: readonly string[], unread: ReadonlySet<string>): string[] {
  const warnings: string[] = []
  if (dropped.length > 0) warnings.push(`not read in Cantonese, skipped: ${dropped.join(' ')}`)
  if (unread.size > 0) warnings.push(`no known Cantonese reading, skipped: ${[...unread].join(' ')}`)
  return warnings
}
