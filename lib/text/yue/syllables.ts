import { symbolOf } from '../symbols.js'

/** Tried in order: the first that a syllable begins with is its initial, the rest its final. */
const initials =
  'aa ai au ap at ak a p b e ts t dz d kw k gw g f h l m ng n s y w c z j ong on ou oi ok o uk ung'.split(' ')

/** Two phones of a syllable. */
export type SyllablePhones = readonly [initial: string, final: string]

/** Phones of a Jyutping syllable such as `gwong2`; undefined for one that begins with none of the initials. */
export function phonesOfSyllable(jyutping: string): SyllablePhones | undefined {
  const letters = jyutping.slice(0, -1)
  const tone = jyutping.slice(-1)
  const initial = initials.find((candidate) => letters.startsWith(candidate))
  if (initial === undefined || !'123456'.includes(tone)) return undefined
  // A syllable that is all initial (唔 m4) repeats its last letter as its final.
  const final = letters.slice(initial.length) || initial.slice(-1)
  return [symbolOf(`Y${initial}`), symbolOf(`Y${final}${tone}`)]
}
