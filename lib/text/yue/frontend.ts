import { type ChineseNormalizer, keepSpeakable } from '../chinese-normalization/index.js'
import { type Frontend, pronunciation, type Pronunciation } from '../language.js'
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
const FIRST_HAN = 0x4e00

/**
 * A text is read in stretches, so that a long one needs no more memory than its phones. No word crosses a mark; where
 * there is none for so many characters, one word may be parted.
 */
const LONGEST_STRETCH = 4096

/** End of the stretch at `start`: all marks, or Han characters without one. */
function stretchEnd(text: string, start: number): number {
  const isMark = text.charCodeAt(start) < FIRST_HAN
  const limit = isMark ? text.length : Math.min(text.length, start + LONGEST_STRETCH)
  let end = start + 1
  while (end < limit && text.charCodeAt(end) < FIRST_HAN === isMark) end++
  return end
}

interface Spoken {
  normText: string
  readonly phones: string[]
  readonly word2ph: number[]
  readonly unread: Set<string>
}

function addMarks(marks: string, spoken: Spoken): void {
  spoken.normText += marks
  for (const mark of marks) {
    spoken.phones.push(mark)
    spoken.word2ph.push(1)
  }
}

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
    const spoken: Spoken = { normText: '', phones: [], word2ph: [], unread: new Set() }
    for (let start = 0; start < speakable.length;) {
      const end = stretchEnd(speakable, start)
      const stretch = speakable.slice(start, end)
      if (speakable.charCodeAt(start) < FIRST_HAN) addMarks(stretch, spoken)
      else this.#addSyllables(stretch, spoken)
      start = end
    }
    const { normText, phones, word2ph, unread } = spoken
    return pronunciation(normText, phones, word2ph, warningsFor(dropped, unread))
  }

  #addSyllables(stretch: string, spoken: Spoken): void {
    for (const [char, jyutping] of this.readJyutping(stretch)) {
      const syllable = jyutping === null ? undefined : this.#phonesOf(jyutping)
      if (!syllable) {
        spoken.unread.add(char)
        continue
      }
      spoken.phones.push(syllable[0], syllable[1])
      spoken.word2ph.push(2)
      spoken.normText += char
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
