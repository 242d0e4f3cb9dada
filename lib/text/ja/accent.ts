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

/** Labels are read by the million, so no parts are cut out of them but the name. */
function parse(label: string): Phoneme {
  const nameStart = label.indexOf('-') + 1
  const nameEnd = label.indexOf('+', nameStart)
  const fieldA = label.indexOf('/A:', nameEnd) + 3
  const secondA = label.indexOf('+', fieldA) + 1
  const thirdA = label.indexOf('+', secondA) + 1
  const name = label.slice(nameStart, Math.max(nameStart, nameEnd))
  return {
    name: devoiced.test(name) ? name.toLowerCase() : name,
    fromNucleus: numberAt(label, fieldA),
    mora: numberAt(label, secondA),
    moraFromEnd: numberAt(label, thirdA),
    phraseLength: numberAt(label, label.indexOf('/F:', thirdA) + 3)
  }
}

const MINUS = 0x2d
const ZERO = 0x30

function numberAt(label: string, start: number): number {
  const isNegative = label.charCodeAt(start) === MINUS
  const first = isNegative ? start + 1 : start
  let value = 0
  let at = first
  for (let digit; (digit = label.charCodeAt(at) - ZERO) >= 0 && digit <= 9; at++) value = value * 10 + digit
  if (at === first) return Number.NaN
  return isNegative ? -value : value
}
