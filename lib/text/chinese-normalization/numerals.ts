import { dictateDigits, readDigits, readNumber } from './numbers.js'
import { readCounted } from './quantities.js'

const signedNumber = '-?\\d+(?:\\.\\d+)?'
const range = new RegExp(`(?<![-\\d+×÷=])(${signedNumber})[-~](${signedNumber})(?![-\\d+×÷=])`, 'g')
const decimal = /(-?)(?<!\d)(\d+\.\d+)|\.\d+/g
const number = /(-?)(\d+(?:\.\d+)?)|\.\d+/g

function readSigned(match: string, sign: string | undefined, unsigned: string | undefined): string {
  return unsigned === undefined ? readNumber(match) : `${sign && '负'}${readNumber(unsigned)}`
}

/** 1.2.3 -> 一点二点三: three or more groups of digits are a version, fewer are left for the decimals. */
function readVersions(digitsAndPoints: string): string {
  const groups = digitsAndPoints.split('.')
  const read: string[] = []
  for (let start = 0; start < groups.length;) {
    let end = start
    while (end < groups.length && groups[end] !== '') end++
    const chain = groups.slice(start, Math.max(end, start + 1))
    read.push(chain.length >= 3 ? chain.map(readDigits).join('点') : chain.join('.'))
    start += chain.length
  }
  return read.join('.')
}

/** What the rules for dates, measures and telephones left over: ranges, versions, counts, then any number. */
export function readNumerals(sentence: string): string {
  const counted = readCounted(
    sentence
      .replace(
        range,
        (_, from: string, to: string) => `${from.replace(number, readSigned)}到${to.replace(number, readSigned)}`
      )
      .replace(/-(\d+)/g, (_, digits: string) => `负${readNumber(digits)}`)
      .replace(/[\d.]+/g, readVersions)
      .replace(decimal, readSigned)
  )
  return counted.replace(/\d{3,}/g, dictateDigits).replace(number, readSigned)
}
