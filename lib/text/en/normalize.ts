import { codesOf } from '../characters.js'
import { expandNumbers } from './expand.js'

/** Upstream names these as patterns but uses them as plain strings, so only whole occurrences count. */
const REPLACEMENTS: Readonly<Record<string, string>> = {
  '[;:：，；]': ',',
  '["’]': "'",
  '。': '.',
  '！': '!',
  '？': '?'
}
const REPLACED = /\[;:：，；\]|\["’\]|。|！|？/g

/** Printable ASCII without digits and what stands with numbers. A hyphen between spaces is a minus. */
const PLAIN = /^[ -#%-*,-/:-<>-~]*$/
const MINUS = ' - '

/** Numbers written out, and letters without their accents: most text has neither. */
function expand(input: string): string {
  if (PLAIN.test(input) && !input.includes(MINUS)) return input
  return expandNumbers(input.replace(REPLACED, (found) => REPLACEMENTS[found]!))
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
}

const SMALL_LETTERS = 'abcdefghijklmnopqrstuvwxyz'
const INNER = codesOf(`${SMALL_LETTERS}'`)
const CAPITALS = codesOf(SMALL_LETTERS.toUpperCase())
const MARKS = codesOf(',.?!-')
const SPACE = 0x20
const POINT = 0x2e

/**
 * Whether no rule would change the text: capitals only begin words, each mark stands alone after a letter, and no two
 * points enclose one letter. Most text is so, and is then read through once.
 */
function isNormal(text: string): boolean {
  let before = SPACE
  let atStart = true
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (INNER[code] === 0 && code !== SPACE) {
      if (CAPITALS[code] === 1 ? before !== SPACE : MARKS[code] === 0) return false
      if (MARKS[code] === 1 && !atStart && (before === SPACE || MARKS[before] === 1)) return false
      if (code === POINT && text.charCodeAt(at - 2) === POINT) return false
    }
    before = code
    atStart = false
  }
  return true
}

/** Text as the English voice reads it: only letters, spaces and `' . , ? ! -` are left. */
export function normalizeEnglish(input: string): string {
  if (isNormal(input)) return input
  const text = expand(input)
    .replaceAll('%', ' percent')
    .replace(/[^ A-Za-z'.,?!-]/g, '')
    .replace(/i\.e\./gi, 'that is')
    .replace(/e\.g\./gi, 'for example')
    // Capitals are read one by one: `AI` as two letters.
    .replace(/(?<=[^ ])[A-Z]/g, ' $&')
  // A run of marks would leak pauses of the reference into the speech (upstream).
  return text.replace(/([!?…,.\- ])[!?…,.-]+/g, '$1')
}
