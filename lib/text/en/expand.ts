import { cardinal, ordinalOf, ordinalSuffix, spokenNumber } from './numbers.js'

const WORD = '[\\p{L}\\p{N}_]'
const DIGIT = /\p{Nd}/u
const SPACE = /\s/u
/** Superscripts may follow an operand. */
const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹ˣʸⁿ'

const UNITS: Readonly<Record<string, readonly [string, string]>> = {
  m: ['meter', 'meters'],
  km: ['kilometer', 'kilometers'],
  ft: ['feet', 'feet'],
  L: ['liter', 'liters'],
  tbsp: ['tablespoon', 'tablespoons'],
  tsp: ['teaspoon', 'teaspoons'],
  h: ['hour', 'hours'],
  min: ['minute', 'minutes'],
  s: ['second', 'seconds'],
  '°C': ['degree celsius', 'degrees celsius'],
  '°F': ['degree fahrenheit', 'degrees fahrenheit']
}

const OPERATORS: Readonly<Record<string, string>> = {
  '+': ' plus ',
  '-': ' minus ',
  '×': ' times ',
  '÷': ' divided by ',
  '=': ' Equals '
}

/**
 * Replaces what begins with a run of ASCII digits and goes on as `tail` (a sticky expression) says.
 * Runs are met once each, so the cost is linear, which one expression over the whole would not be.
 */
function afterDigits(
  text: string,
  tail: RegExp,
  replace: (digits: string, match: RegExpExecArray, start: number) => string | undefined
): string {
  const digits = /[0-9]+/g
  let output = ''
  let done = 0
  for (let run = digits.exec(text); run; run = digits.exec(text)) {
    tail.lastIndex = digits.lastIndex
    const match = tail.exec(text)
    const words = match && replace(run[0], match, run.index)
    if (!match || words === undefined || words === null) continue
    output += text.slice(done, run.index) + words
    done = digits.lastIndex = tail.lastIndex
  }
  return output + text.slice(done)
}

const endsInWord = new RegExp(`${WORD}$`, 'u')
/** Whether a code point that belongs to a word ends just before `index`. */
const wordBefore = (text: string, index: number): boolean => endsInWord.test(text.slice(Math.max(0, index - 2), index))

function expandListNumbers(text: string): string {
  return afterDigits(text, /\. /y, (digits, _match, start) =>
    wordBefore(text, start) ? undefined : `${digits}${ordinalSuffix(digits)}, `
  )
}

function operandEndsAt(text: string, end: number): boolean {
  let at = end
  while (at > 0 && SUPERSCRIPTS.includes(text[at - 1]!)) at--
  const character = /[\s\S]$/u.exec(text.slice(Math.max(0, at - 2), at))?.[0]
  return character !== undefined && (/[A-Za-z]/.test(character) || DIGIT.test(character))
}

const operandHere = /-?\p{Nd}|\.\p{Nd}|[A-Za-z]/uy

/** Operators that stand between two operands, with white space on both sides. */
function expandOperators(text: string): string {
  const operator = /[+\-×÷=]/g
  let output = ''
  let done = 0
  for (let match = operator.exec(text); match; match = operator.exec(text)) {
    let left = match.index
    while (left > done && SPACE.test(text[left - 1]!)) left--
    let right = match.index + 1
    while (right < text.length && SPACE.test(text[right]!)) right++
    operandHere.lastIndex = right
    const isBetween = left < match.index && right > match.index + 1
    if (!isBetween || !operandEndsAt(text, left) || !operandHere.test(text)) continue
    output += text.slice(done, left) + OPERATORS[match[0]]!
    done = right
  }
  return output + text.slice(done)
}

/** The white space before a minus goes with it, as upstream has it. */
function expandNegatives(text: string): string {
  let output = ''
  let done = 0
  for (const match of text.matchAll(/-(?=\p{Nd})/gu)) {
    let left = match.index
    while (left > done && SPACE.test(text[left - 1]!)) left--
    if (left === match.index && left > 0) continue
    output += `${text.slice(done, left)}negative `
    done = match.index + 1
  }
  return output + text.slice(done)
}

const time = new RegExp(`(?<!${WORD})([01]?[0-9]|2[0-3]):([0-5][0-9])(?!${WORD})`, 'gu')

function expandTimes(text: string): string {
  return text.replace(time, (_all, hours: string, minutes: string) => {
    const hour = Number(hours)
    const words = cardinal(String(hour > 12 ? hour - 12 : hour))
    const rest = Number(minutes) === 0 ? "o'clock" : cardinal(minutes)
    return `${words} ${rest} ${hour < 12 ? 'a.m.' : 'p.m.'}`
  })
}

const measure = new RegExp(`(\\.[0-9]+)?(m|km|ft|L|tbsp|tsp|h|min|s|°C|°F)(?!${WORD})`, 'uy')

function expandMeasures(text: string): string {
  return afterDigits(text, measure, (digits, [, decimals = '', unit], start) => {
    if (wordBefore(text, start)) return undefined
    const isOne = decimals === '' && /^0*1$/.test(digits)
    return `${digits}${decimals} ${UNITS[unit!]![isOne ? 0 : 1]}`
  })
}

interface Currency {
  readonly unit: readonly [string, string]
  readonly part: readonly [string, string]
}
const POUNDS: Currency = { unit: ['pound', 'pounds'], part: ['penny', 'pence'] }
const DOLLARS: Currency = { unit: ['dollar', 'dollars'], part: ['cent', 'cents'] }

const counted = (digits: string, [one, many]: readonly [string, string]): string =>
  `${digits} ${digits === '1' ? one : many}`
const withoutZeros = (digits: string): string => digits.replace(/^0+/, '')

function expandAmount(amount: string, { unit, part }: Currency): string {
  const pieces = amount.split('.')
  if (pieces.length > 2) return `${amount} ${unit[1]}`
  // A bracket or a stray comma is no digit: upstream fails on it.
  const [whole, hundredths] = pieces.map((piece) => piece.replace(/[^0-9]/g, ''))
  const units = withoutZeros(whole!)
  const parts = withoutZeros(hundredths ? hundredths.padEnd(2, '0') : '')
  if (units && parts) return `${counted(units, unit)} and ${counted(parts, part)}`
  if (units) return counted(units, unit)
  return parts ? counted(parts, part) : `zero ${unit[1]}`
}

/** The sign, then the amount. */
function expandSignBefore(text: string, sign: string, currency: Currency): string {
  const amount = sign === '$' ? /\$([0-9.,]*[0-9])/g : /£([0-9.,]*[0-9])/g
  return text.replace(amount, (_all, digits: string) => expandAmount(digits, currency))
}

/** The amount, then the sign: found from the sign backwards, so that a long number without one costs nothing. */
function expandSignAfter(text: string, sign: string, currency: Currency, marks: string): string {
  let output = ''
  let done = 0
  for (let at = text.indexOf(sign); at >= 0; at = text.indexOf(sign, at + 1)) {
    let start = at
    while (start > done && (/[0-9]/.test(text[start - 1]!) || marks.includes(text[start - 1]!))) start--
    if (start === at || !/[0-9]/.test(text[at - 1]!)) continue
    output += text.slice(done, start) + expandAmount(text.slice(start, at), currency)
    done = at + 1
  }
  return output + text.slice(done)
}

function expandDecimals(text: string): string {
  return afterDigits(
    text,
    /\.(\s*[0-9]+)/y,
    (digits, [, decimals]) => `${digits} point ${Array.from(decimals!).join(' ')}`
  )
}

function expandFractions(text: string): string {
  return afterDigits(text, /\/([0-9]+)/y, (digits, [, lower]) => {
    const denominator = withoutZeros(lower!)
    const numerator = cardinal(digits)
    if (denominator === '1') return numerator
    const isPlural = /[^01]|1./.test(withoutZeros(digits))
    if (denominator === '2') return `${numerator} ${withoutZeros(digits) === '1' ? 'half' : 'halves'}`
    return `${numerator} ${ordinalOf(cardinal(lower!))}${isPlural ? 's' : ''}`
  })
}

/** Writes numbers, times, units, money and operators out in words, in upstream's order. */
export function expandNumbers(input: string): string {
  let text = expandListNumbers(input)
  text = expandNegatives(expandOperators(text))
  text = text.replace(/[0-9][0-9,]+[0-9]/g, (number) => number.replaceAll(',', ''))
  text = expandMeasures(expandTimes(text))
  text = expandSignAfter(expandSignBefore(text, '£', POUNDS), '£', POUNDS, '.,')
  text = expandSignAfter(expandSignBefore(text, '$', DOLLARS), '$', DOLLARS, '.,(')
  text = expandFractions(expandDecimals(text))
  text = afterDigits(text, /(?:st|nd|rd|th)/y, (digits) => ordinalOf(cardinal(digits)))
  return text.replace(/[0-9]+/g, spokenNumber)
}
