import { hasKana } from './detect.js'
import { isLostWhenUnknown } from './relabel.js'
import { kindAt } from './runs.js'

const LATIN = /[A-Za-z]/

/** Whether every part of a text will be of the default language: without Latin letters no part is English. */
export const isWholeByDefault = (text: string): boolean => !LATIN.test(text)

/**
 * Whether a text is one run when all but English is joined, whatever its parts are labelled. So is one of Han, kana,
 * digits and marks alone, unless a stretch of it is in no language: that one loses characters. `isKnown` finds out.
 */
export function isWholeRun(text: string, isKnown: (stretch: string) => boolean): boolean {
  const stretches: string[] = []
  let start = -1
  for (let at = 0; at < text.length; at++) {
    const kind = kindAt(text, at)
    if (kind === 'han') {
      if (start < 0) start = at
      continue
    }
    // An apostrophe may belong to the stretch before it.
    if ((kind !== 'punctuation' && kind !== 'digit') || text[at] === "'") return false
    if (start >= 0) stretches.push(text.slice(start, at))
    start = -1
  }
  if (start >= 0) stretches.push(text.slice(start))
  return !isLostWhenUnknown(text) || stretches.every((stretch) => hasKana(stretch) || isKnown(stretch))
}
