import { tailOf } from './jamo.js'

export interface Morpheme {
  readonly surface: string
  /** Part of speech, joined by `+` when several are merged. */
  readonly tag: string
}

/** Final consonants whose sound depends on the word's kind: `/E` after an ending, `/P` after a verb's stem. */
const ENDING_TAILS = 'ᆯ'
const STEM_TAILS = 'ᆫᆬᆷᆱᆰᆲᆴ'

/**
 * Writes what the sound rules must know of the words into the text: `/E`, `/P`, and `/B` after a bound noun.
 * A text that the morphemes do not add up to stays as it is.
 */
export function markMorphemes(text: string, morphemes: readonly Morpheme[]): string {
  if (text.replaceAll(' ', '') !== morphemes.map(({ surface }) => surface).join('')) return text
  const kinds = lastKinds(morphemes)
  let index = 0
  let marked = ''
  for (const character of text) {
    marked += character
    if (character !== ' ') marked += markAfter(character, kinds[index++] ?? '')
  }
  return marked
}

/** For each character the kind of the morpheme that ends there, or nothing. */
function lastKinds(morphemes: readonly Morpheme[]): string[] {
  return morphemes.flatMap(({ surface, tag }) => {
    const last = tag.slice(tag.lastIndexOf('+') + 1)
    const kinds = Array.from(surface, () => '')
    kinds[kinds.length - 1] = last === 'NNBC' ? 'B' : last.slice(0, 1)
    return kinds
  })
}

function markAfter(character: string, kind: string): string {
  if (kind === 'B') return '/B'
  if (kind !== 'E' && kind !== 'V') return ''
  const tail = tailOf(character) || character
  const tails = kind === 'E' ? ENDING_TAILS : STEM_TAILS
  if (!tails.includes(tail)) return ''
  return kind === 'E' ? '/E' : '/P'
}
