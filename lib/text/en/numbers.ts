const UNITS = ['', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine']
const TEENS = 'ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(' ')
const TENS = ['', '', 'twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety']
const THOUSANDS =
  ' thousand million billion trillion quadrillion quintillion sextillion septillion octillion nonillion decillion'.split(
    ' '
  )
const MAX_DIGITS = THOUSANDS.length * 3

const IRREGULAR_ORDINALS: readonly (readonly [string, string])[] = [
  ['ty', 'tieth'],
  ['one', 'first'],
  ['two', 'second'],
  ['three', 'third'],
  ['five', 'fifth'],
  ['eight', 'eighth'],
  ['nine', 'ninth'],
  ['twelve', 'twelfth']
]

function belowHundred(tens: number, units: number): string {
  if (tens === 1) return TEENS[units]!
  return TENS[tens]! + (tens && units ? '-' : '') + UNITS[units]!
}

function belowThousand(group: string, and: string): string {
  const [hundreds, tens, units] = [Number(group[0]), Number(group[1]), Number(group[2])]
  const rest = belowHundred(tens!, units!)
  if (!hundreds) return rest
  return `${UNITS[hundreds]} hundred${rest ? and : ''}${rest}`
}

/** Digits one by one: what a number longer than the named powers of a thousand falls back to. */
function digitByDigit(digits: string): string {
  return Array.from(digits, (digit) => UNITS[Number(digit)] || 'zero').join(' ')
}

/**
 * A whole number in words, groups of a thousand apart by commas: `one thousand, two hundred thirty-four`.
 * A last group that is one word joins by `and`, or by nothing: `one thousand and five`.
 */
export function cardinal(digits: string, andWord: '' | 'and' = 'and'): string {
  const number = digits.replace(/^0+/, '')
  if (number === '') return 'zero'
  if (number.length > MAX_DIGITS) return digitByDigit(number)
  const and = andWord ? ` ${andWord} ` : ' '
  const padded = number.padStart(Math.ceil(number.length / 3) * 3, '0')
  const groups: string[] = []
  for (let at = 0; at < padded.length; at += 3) {
    const words = belowThousand(padded.slice(at, at + 3), and)
    const power = THOUSANDS[(padded.length - at) / 3 - 1]!
    if (words) groups.push(power ? `${words} ${power}` : words)
  }
  const last = groups.at(-1)!
  if (groups.length < 2 || last.includes(' ')) return groups.join(', ')
  return groups.slice(0, -1).join(', ') + and + last
}

/** The last word of a written number as an ordinal: `twenty-one` becomes `twenty-first`. */
export function ordinalOf(words: string): string {
  for (const [ending, ordinal] of IRREGULAR_ORDINALS) {
    if (words.endsWith(ending)) return words.slice(0, -ending.length) + ordinal
  }
  return `${words}th`
}

/** `st`, `nd`, `rd` or `th`, from the last two digits. */
export function ordinalSuffix(digits: string): string {
  const number = Number(digits.slice(-2))
  if (number >= 11 && number <= 13) return 'th'
  return ['th', 'st', 'nd', 'rd'][number % 10] ?? 'th'
}

/** Four digits as a year is said, pair by pair: `nineteen oh five`. */
function yearPairs(year: number): string {
  const [high, low] = [Math.floor(year / 100), year % 100]
  const rest = low < 10 ? `oh ${UNITS[low]}` : belowHundred(Math.floor(low / 10), low % 10)
  return `${belowHundred(Math.floor(high / 10), high % 10)} ${rest}`
}

/** A number as it stands in running text: 1001 to 2999 are taken for years. */
export function spokenNumber(digits: string): string {
  const short = digits.replace(/^0+(?=.)/, '')
  const number = short.length <= 4 ? Number(short) : Infinity
  if (number <= 1000 || number >= 3000) return cardinal(short, '')
  if (number === 2000) return 'two thousand'
  if (number > 2000 && number < 2010) return `two thousand ${UNITS[number % 100]}`
  if (number % 100 === 0) return `${cardinal(String(number / 100))} hundred`
  return yearPairs(number)
}
