import type { Frontend, Pronunciation } from '../language.js'
import { MARK_PHONES } from '../mark-phones.js'

export interface JapaneseOptions {
  /**
   * Phones of one stretch of text from OpenJTalk, apart by spaces, with marks of the accent after the phones: `#` an
   * accent phrase ends, `]` the pitch falls, `[` it rises. Empty for a stretch without a sound.
   */
  readonly phones: (stretch: string) => string
}

const SPOKEN =
  'A-Za-z\\p{Nd}\\u3005\\u3040-\\u30ff\\u4e00-\\u9fff\\uff11-\\uff19\\uff21-\\uff3a\\uff41-\\uff5a\\uff66-\\uff9d'
const stretchOrMark = new RegExp(`([${SPOKEN}]+)|[^${SPOKEN}]`, 'gu')
const markRun = /[!?…,.-]{2,}/g

/** Reads Japanese; the words' sounds and accents come from the caller's OpenJTalk. */
export function loadJapanese({ phones }: JapaneseOptions): Promise<Frontend> {
  return Promise.resolve({ pronounce: (text: string) => pronounce(text, phones) })
}

function pronounce(text: string, phonesOf: JapaneseOptions['phones']): Pronunciation {
  const normText = text.replace(markRun, (run) => run.slice(0, 1))
  const phones: string[] = []
  for (const [part, stretch] of normText.replaceAll('％', 'パーセント').toLowerCase().matchAll(stretchOrMark)) {
    if (stretch === undefined) {
      if (part !== ' ') phones.push(MARK_PHONES[part] ?? part)
      continue
    }
    const read = phonesOf(stretch)
    if (read !== '') for (const phone of read.split(' ')) phones.push(phone)
  }
  return { normText, phones }
}
