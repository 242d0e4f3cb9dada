import { readNumber } from './numbers.js'

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹ˣʸⁿ'
const operand = `(?:-?(?<!\\d)\\d+(?:\\.\\d+)?[${superscripts}]*|\\.\\d+[${superscripts}]*|[A-Za-z][${superscripts}]*)`
const operation = new RegExp(`(${operand})([-+×÷=])(${operand})`, 'g')
const operatorNames: Readonly<Record<string, string>> = { '+': '加', '-': '减', '×': '乘', '÷': '除', '=': '等于' }

/** 1+2=3. An operand ends one match and begins the next, so a second pass is needed for every other operator. */
function readOperations(sentence: string): string {
  if (!/[-+×÷=]/.test(sentence)) return sentence
  for (let text = sentence; ;) {
    const read = text.replace(operation, (_, left: string, operator: string, right: string) => {
      return left + operatorNames[operator] + right
    })
    if (read === text) return text
    text = read
  }
}

const powers = new RegExp(`[${superscripts}]+`, 'g')
const powerDigits = '0123456789xyn'

const fraction = /(-?)(?<!\d)(\d+)\/(\d+)/g
const percentage = /(-?)(?<!\d)(\d+(?:\.\d+)?)%/g

/** Operators, powers, fractions and percentages, in this order. */
export function readArithmetic(sentence: string): string {
  return readOperations(sentence)
    .replace(
      powers,
      (match) => `的${Array.from(match, (char) => powerDigits[superscripts.indexOf(char)]).join('')}次方`
    )
    .replace(fraction, (_, sign: string, numerator: string, denominator: string) => {
      return `${sign && '负'}${readNumber(denominator)}分之${readNumber(numerator)}`
    })
    .replace(percentage, (_, sign: string, number: string) => `${sign && '负'}百分之${readNumber(number)}`)
}
