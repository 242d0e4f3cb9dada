/** Ranges that BERT counts as Han and gives a token of their own. */
const cjkRanges: readonly (readonly [number, number])[] = [
  [0x4e00, 0x9fff],
  [0x3400, 0x4dbf],
  [0x20000, 0x2a6df],
  [0x2a700, 0x2b73f],
  [0x2b740, 0x2b81f],
  [0x2b920, 0x2ceaf],
  [0xf900, 0xfaff],
  [0x2f800, 0x2fa1f]
]

export const isCjkIdeograph = (code: number): boolean => cjkRanges.some(([from, to]) => code >= from && code <= to)

export function isBertWhitespace(code: number): boolean {
  return /\p{White_Space}/u.test(String.fromCodePoint(code))
}

/** Dropped: controls, formats, private characters and lone surrogates, but not the white space among them. */
export function isBertControl(char: string): boolean {
  return char === '\0' || char === '\ufffd' || (/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/u.test(char) && !'\t\n\r'.includes(char))
}

/** Also the ASCII symbols that Unicode does not call punctuation, such as `$` and `~`. */
export function isBertPunctuation(char: string): boolean {
  return /[!-/:-@[-`{-~]|\p{P}/u.test(char)
}
