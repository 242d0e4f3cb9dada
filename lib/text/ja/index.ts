import { type Frontend, pronunciation, type Pronunciation } from '../language.js'
import { MARK_PHONES } from '../mark-phones.js'
import { addPhones } from './split-phones.js'
import { eachStretch } from './stretches.js'

export interface JapaneseOptions {
  /**
   * Phones of one stretch of text from OpenJTalk, apart by spaces, with marks of the accent after the phones: `#` an
   * accent phrase ends, `]` the pitch falls, `[` it rises. Empty for a stretch without a sound.
   */
  readonly phones: (stretch: string) => string
}

const markRun = /[!?…,.-]{2,}/g

/** Reads Japanese; the words' sounds and accents come from the caller's OpenJTalk. */
export function loadJapanese({ phones }: JapaneseOptions): Promise<Frontend> {
  return Promise.resolve({ pronounce: (text: string) => pronounce(text, phones) })
}

function pronounce(text: string, phonesOf: JapaneseOptions['phones']): Pronunciation {
  const normText = text.replace(markRun, (run) => run.slice(0, 1))
  const phones: string[] = []
  eachStretch(normText.replaceAll('％', 'パーセント').toLowerCase(), (part, isSpoken) => {
    if (isSpoken) addPhones(phonesOf(part), phones)
    else if (part !== ' ') phones.push(MARK_PHONES[part] ?? part)
  })
  return pronunciation(normText, phones)
}
