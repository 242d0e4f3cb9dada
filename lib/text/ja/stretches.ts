/** Characters that OpenJTalk reads, in stretches; each of the others is a mark. Full-width zero is none of them. */
const SPOKEN = /[A-Za-z\p{Nd}\u3005\u3040-\u30ff\u4e00-\u9fff\uff11-\uff19\uff21-\uff3a\uff41-\uff5a\uff66-\uff9d]/u

/** By UTF-16 code; each is found when it first occurs. */
const spoken = new Uint8Array(0x10000)
const YES = 1
const NO = 2

function isSpokenAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  if ((code & 0xf800) === 0xd800) return SPOKEN.test(String.fromCodePoint(text.codePointAt(at)!))
  return (spoken[code] ||= SPOKEN.test(text[at]!) ? YES : NO) === YES
}

/** Calls back with the stretches and marks of a text in order. */
export function eachStretch(text: string, visit: (part: string, isSpoken: boolean) => void): void {
  for (let start = 0; start < text.length;) {
    let end = start
    while (end < text.length && isSpokenAt(text, end)) end += lengthAt(text, end)
    if (end > start) visit(text.slice(start, end), true)
    else visit(text.slice(start, (end += lengthAt(text, start))), false)
    start = end
  }
}

const lengthAt = (text: string, at: number): number => (text.codePointAt(at)! > 0xffff ? 2 : 1)
