import { SsmlError } from '../errors.js'
import { languageModes, numberRules } from '../options.js'
import type { LanguageMode } from '../text/index.js'

const rates: Readonly<Record<string, number>> = { 'x-slow': 0.5, slow: 0.75, medium: 1, fast: 1.25, 'x-fast': 1.5 }
const strengths: Readonly<Record<string, number>> = {
  none: 0,
  'x-weak': 0.25,
  weak: 0.5,
  medium: 0.75,
  strong: 1,
  'x-strong': 1.25
}
const unitSeconds: Readonly<Record<string, number>> = { ms: 0.001, s: 1, min: 60 }
const DEFAULT_BREAK = 0.75 // s
const LONGEST_SHOWN = 40

/** A tempo: a name, a factor, a percentage, or a change such as `+20%`. */
export function parseRate(text: string): number {
  const given = text.trim()
  const named = valueOf(rates, given.toLowerCase())
  const match = /^([+-]?)(\d{1,6}(?:\.\d{1,6})?)(%?)$/.exec(given)
  const { min, max } = numberRules.speed
  const rate = named ?? (match ? factor(match[1] ?? '', Number(match[2]), match[3] === '%') : NaN)
  if (rate >= min && rate <= max) return rate
  const names = Object.keys(rates).join(', ')
  throw new SsmlError(`rate="${shown(text)}" is no tempo; it can be ${names}, or ${min} to ${max} as 1.2, 120% or +20%`)
}

function factor(sign: string, value: number, isPercent: boolean): number {
  const amount = isPercent ? value / 100 : value
  if (sign === '') return amount
  return isPercent ? 1 + (sign === '-' ? -amount : amount) : NaN
}

/** Seconds of a `<break>`; a time counts before a strength. */
export function parseBreak(time: string | undefined, strength: string | undefined): number {
  if (time !== undefined) return parseTime(time)
  if (strength === undefined) return DEFAULT_BREAK
  const seconds = valueOf(strengths, strength.trim().toLowerCase())
  if (seconds !== undefined) return seconds
  const names = Object.keys(strengths).join(', ')
  throw new SsmlError(`strength="${shown(strength)}" is none of ${names}`)
}

function parseTime(text: string): number {
  const match = /^(\d{1,9}(?:\.\d{1,6})?)(ms|s|min)$/.exec(text.trim())
  if (match) return Number(match[1]) * (unitSeconds[match[2] as string] as number)
  throw new SsmlError(`time="${shown(text)}" is no time; it can be 500ms, 1.5s or 1min`)
}

/** A language as documents name it: `en-US` is `en`. */
export function parseLanguage(text: string): LanguageMode {
  const name = text.trim().toLowerCase().replace('-', '_')
  const known = (given: string): LanguageMode | undefined => languageModes.find((mode) => mode === given)
  const language = known(name) ?? known(name.split('_')[0] as string)
  if (language) return language
  throw new SsmlError(`xml:lang="${shown(text)}" is no language that is spoken; known are ${languageModes.join(', ')}`)
}

function valueOf(table: Readonly<Record<string, number>>, key: string): number | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined
}

/** A value for a message: a document may hold anything, of any length. */
export function shown(text: string): string {
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text
}
