import type { ToneRules } from './rules.js'
import type { Syllable } from './syllables.js'

const excludedTags = new Set(['a', 'j', 'nr'])

/** A final 儿 takes the tone of the syllable before it, unless the word is one where it is spoken on its own. */
export function changeErhua(
  word: string,
  tag: string,
  syllables: readonly Syllable[],
  tones: number[],
  rules: ToneRules
): void {
  const last = word.length - 1
  if (word[last] !== '儿' || syllables[last]!.final !== 'er') return
  if (tones[last] === 1) tones[last] = 2
  if (!rules.alwaysErhua.has(word) && (rules.neverErhua.has(word) || excludedTags.has(tag))) return
  const isFree = (tones[last] === 2 || tones[last] === 5) && !rules.neverErhua.has(word.slice(-2))
  if (isFree && last > 0 && tones[last - 1]! > 0) tones[last] = tones[last - 1]!
}
