/** What a label says of its phoneme; a number that it does not give is NaN, which equals nothing. */
interface Phoneme {
  readonly name: string
  /** Distance of its mora from the accent nucleus: 0 on it. */
  readonly fromNucleus: number
  /** Place of its mora in the accent phrase, from the front and from the end, both from 1. */
  readonly mora: number
  readonly moraFromEnd: number
  /** Moras of the accent phrase. */
  readonly phraseLength: number
}

/** A phoneme on which an accent phrase can end. */
const phraseEnds = new Set(['a', 'e', 'i', 'o', 'u', 'N', 'cl'])
const devoiced = /^[AEIOU]$/

/**
 * Phones of the labels of one stretch, silence left out, with marks of the accent after the phones:
 * `#` an accent phrase ends, `]` the pitch falls, `[` it rises.
 */
export function accentedPhones(labels: readonly string[]): string[] {
  const phones: string[] = []
  const phonemes = labels.map(parse)
  for (const [index, phoneme] of phonemes.entries()) {
    if (phoneme.name === 'sil') continue
    if (phoneme.name === 'pau') {
      phones.push('_')
      continue
    }
    phones.push(phoneme.name)
    const mark = accentMark(phoneme, phonemes[index + 1])
    if (mark) phones.push(mark)
  }
  return phones
}

function accentMark(phoneme: Phoneme, next: Phoneme | undefined): string | undefined {
  if (!next) return undefined
  if (phoneme.moraFromEnd === 1 && next.mora === 1 && phraseEnds.has(phoneme.name)) return '#'
  if (phoneme.fromNucleus === 0 && next.mora === phoneme.mora + 1 && phoneme.mora !== phoneme.phraseLength) return ']'
  if (phoneme.mora === 1 && next.mora === 2) return '['
  return undefined
}

function parse(label: string): Phoneme {
  const name = between(label, '-', '+')
  const [fromNucleus = '', mora = '', moraFromEnd = ''] = between(label, '/A:', '/').split('+')
  return {
    name: devoiced.test(name) ? name.toLowerCase() : name,
    fromNucleus: Number.parseInt(fromNucleus, 10),
    mora: Number.parseInt(mora, 10),
    moraFromEnd: Number.parseInt(moraFromEnd, 10),
    phraseLength: Number.parseInt(between(label, '/F:', '_'), 10)
  }
}

function between(text: string, open: string, close: string): string {
  const start = text.indexOf(open)
  if (start < 0) return ''
  const end = text.indexOf(close, start + open.length)
  return end < 0 ? '' : text.slice(start + open.length, end)
}
