import { readArithmetic } from './arithmetic.js'
import { readDates, readTimes } from './calendar.js'
import { readNumerals } from './numerals.js'
import { readMeasuredRanges, readTemperatures, readUnits } from './quantities.js'
import { readSigns, removeSigns } from './signs.js'
import { CharacterMap, simplifiedCharacters } from './simplify.js'
import { readTelephones } from './telephone.js'

export { loadSimplifier } from './simplify.js'
export { keepSpeakable, type Speakable } from './speakable.js'

/** Writes out numbers, dates and signs, and names marks. Shared by Mandarin and Cantonese. */
export type ChineseNormalizer = (text: string) => string

/** Han characters and the common marks, which no rule touches. */
const plain = /^[\u4e00-\u9fff，。、！？；：…]*$/

/** Reads the table of simplified characters. `markNames` says what single characters become at the end. */
export function loadChineseNormalizer(markNames: Readonly<Record<string, string>>): ChineseNormalizer {
  const simplified = simplifiedCharacters()
  const named = new CharacterMap(Object.entries(markNames))
  // Most text is plain: that is simplified and named in one pass.
  const simplifiedAndNamed = simplified.then(named)
  const readSentence = (sentence: string): string =>
    named.replace(readNumbersAndSigns(simplified.replace(sentence)).replaceAll('...', '…'))
  return (text) => {
    if (plain.test(text)) return simplifiedAndNamed.replace(text)
    return splitSentences(removeSigns(text)).map(readSentence).join('')
  }
}

/** Newlines separate sentences and vanish: they are no pause. */
function splitSentences(text: string): string[] {
  return text
    .replace(/[：、，；。？！,;?!][”’]?/g, '$&\n')
    .split('\n')
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '')
}

/** Each rule sees what those before it left; the order is upstream's. */
function readNumbersAndSigns(sentence: string): string {
  if (plain.test(sentence)) return sentence
  if (!/[\d⁰¹²³⁴⁵⁶⁷⁸⁹ˣʸⁿ]/.test(sentence)) return readSigns(readArithmetic(readUnits(sentence)))
  const dated = readTimes(readDates(sentence))
  const measured = readUnits(readTemperatures(readMeasuredRanges(dated)))
  return readSigns(readNumerals(readTelephones(readArithmetic(measured))))
}
