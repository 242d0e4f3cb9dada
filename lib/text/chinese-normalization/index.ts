import { readArithmetic } from './arithmetic.js'
import { readDates, readTimes } from './calendar.js'
import { readNumerals } from './numerals.js'
import { readMeasuredRanges, readTemperatures, readUnits } from './quantities.js'
import { readSigns, removeSigns } from './signs.js'
import { loadSimplifier } from './simplify.js'
import { readTelephones } from './telephone.js'

export { loadSimplifier } from './simplify.js'
export { keepSpeakable, type Speakable } from './speakable.js'

/** Writes out numbers, dates and signs; a sentence a piece, marks as they came. Shared by Mandarin and Cantonese. */
export type ChineseNormalizer = (text: string) => string[]

/** Reads the table of simplified characters. */
export function loadChineseNormalizer(): ChineseNormalizer {
  const simplify = loadSimplifier()
  return (text) => splitSentences(removeSigns(text)).map((sentence) => readSentence(simplify(sentence)))
}

/** Newlines separate sentences and vanish: they are no pause. */
function splitSentences(text: string): string[] {
  return text
    .replace(/[：、，；。？！,;?!][”’]?/g, '$&\n')
    .split('\n')
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '')
}

/** Han characters and the common marks, which no rule touches. */
const plain = /^[\u4e00-\u9fff，。、！？；：…]*$/

/** Each rule sees what those before it left; the order is upstream's. */
function readSentence(sentence: string): string {
  if (plain.test(sentence)) return sentence
  if (!/[\d⁰¹²³⁴⁵⁶⁷⁸⁹ˣʸⁿ]/.test(sentence)) return readSigns(readArithmetic(readUnits(sentence)))
  const dated = readTimes(readDates(sentence))
  const measured = readUnits(readTemperatures(readMeasuredRanges(dated)))
  return readSigns(readNumerals(readTelephones(readArithmetic(measured))))
}
