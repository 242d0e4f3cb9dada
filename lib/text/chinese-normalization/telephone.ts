import { dictateDigits } from './numbers.js'

const mobile = /(?<!\d)(?:\+?86 ?)?1(?:[38]\d|5[0-35-9]|7[678]|9[89])\d{8}(?!\d)/g
const landline = /(?<!\d)(?:0(?:10|2[1-3]|[3-9]\d{2})-?)?[1-9]\d{6,7}(?!\d)/g
/** Numbers that are the same in the whole country. */
const national = /400-?\d{3}-?\d{4}/g

const dictateParts = (number: string) => number.split('-').map(dictateDigits).join('，')

/** Telephone numbers digit by digit, with a short pause at each hyphen. */
export function readTelephones(sentence: string): string {
  return sentence
    .replace(mobile, (number) => dictateDigits(number.replace(/[^\d]/g, '')))
    .replace(landline, dictateParts)
    .replace(national, dictateParts)
}
