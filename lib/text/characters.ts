/** Character classes as Python's `str` has them: upstream's rules were written on those. */

/** White space; unlike JavaScript's, with the four separators 001C-001F and 0085, without FEFF. */
export const SPACE_CLASS = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'

/** Letters, numbers and the underscore of every script; no combining marks. */
export const WORD_CLASS = '\\p{L}\\p{N}_'

/** `isdigit()`: decimal digits, and digits in circles, brackets and super- or subscript. */
const DIGIT_CLASS =
  '\\p{Nd}\\u{b2}-\\u{b3}\\u{b9}\\u{1369}-\\u{1371}\\u{19da}\\u{2070}\\u{2074}-\\u{2079}\\u{2080}-\\u{2089}' +
  '\\u{2460}-\\u{2468}\\u{2474}-\\u{247c}\\u{2488}-\\u{2490}\\u{24ea}\\u{24f5}-\\u{24fd}\\u{24ff}\\u{2776}-\\u{277e}' +
  '\\u{2780}-\\u{2788}\\u{278a}-\\u{2792}\\u{10a40}-\\u{10a43}\\u{10e60}-\\u{10e68}\\u{11052}-\\u{1105a}' +
  '\\u{1f100}-\\u{1f10a}'

const space = new RegExp(`^[${SPACE_CLASS}]$`, 'u')
const digit = new RegExp(`^[${DIGIT_CLASS}]$`, 'u')
const word = new RegExp(`[${WORD_CLASS}]`, 'u')

export const isSpace = (character: string): boolean => space.test(character)
export const isDigit = (character: string): boolean => digit.test(character)
/** Whether a text has a letter, a number or an underscore anywhere. */
export const hasWordCharacter = (text: string): boolean => word.test(text)

/**
 * 1 at the UTF-16 code of each of these characters, 0 elsewhere: asked for every character of a text, where a set of
 * strings would need a string and its hash for each.
 */
export function codesOf(characters: string): Uint8Array {
  const codes = new Uint8Array(0x10000)
  for (let at = 0; at < characters.length; at++) codes[characters.charCodeAt(at)] = 1
  return codes
}

/** What stands at most ends of texts is told by its code: letters of ASCII, and all above the ideographic space. */
function isSpaceAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code <= 0x3000 && (code <= 0x20 || code >= 0x85) && isSpace(text[at]!)
}

/** Removes white space at both ends. Not one expression: that would be quadratic in inner white space. */
export function strip(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isSpaceAt(text, start)) start++
  while (end > start && isSpaceAt(text, end - 1)) end--
  return text.slice(start, end)
}

/** Removes one character at both ends, as often as it stands there. */
export function stripCharacter(text: string, character: string): string {
  let start = 0
  let end = text.length
  while (start < end && text[start] === character) start++
  while (end > start && text[end - 1] === character) end--
  return text.slice(start, end)
}

/**
 * Length in code points. It is worked out without a branch for those above the first plane: the first text with one
 * would have all compiled code that counts thrown away.
 */
export function codePointLength(text: string): number {
  let length = text.length
  let before = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    const isPair = ((before ^ 0xd800) | (code ^ 0xdc00)) < 0x400
    length -= Number(isPair)
    before = code
  }
  return length
}
