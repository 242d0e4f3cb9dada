/** At most this many labels of a domain name are looked at (NLTK's bound). */
const MAX_LABELS = 127

/** Index after the letters that begin at `start`. */
function lettersEnd(text: string, start: number): number {
  let end = start
  while (isLetter(text.charCodeAt(end))) end++
  return end
}

/** Of ASCII. */
export function isLetter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a)
}

/** End of a bare domain name at `start` (`name.tld`, with a last label of 2 to 13 letters), or -1. */
function domainEnd(text: string, start: number): number {
  let end = lettersEnd(text, start)
  let best = -1
  for (let labels = 1; labels <= MAX_LABELS; labels++) {
    const mark = text[end]
    const next = lettersEnd(text, end + 1)
    const length = next - end - 1
    if ((mark !== '.' && mark !== '-') || length === 0) break
    if (mark === '.' && length >= 2 && length <= 13) best = next
    end = next
  }
  return best
}

/** End of a word at `start`: letters with apostrophes and hyphens inside. */
function wordEnd(text: string, start: number): number {
  let last = start
  for (let at = start; ; at++) {
    if (isLetter(text.charCodeAt(at))) last = at
    else if (text[at] !== "'" && text[at] !== '-') return last + 1
  }
}

/** Four equal signs in a row: marks have been joined, so that only these are left. */
const hasLongRun = (normalized: string): boolean => normalized.includes('    ') || normalized.includes("''''")

/**
 * Tokens of normalised English, as NLTK's tweet tokenizer cuts them. The text holds only letters, spaces and
 * `' . , ? ! -`, so of its many patterns the domain name, the word and the single mark are left.
 */
export function tokenize(normalized: string): string[] {
  const text = hasLongRun(normalized) ? normalized.replace(/([^A-Za-z])\1{3,}/g, '$1$1$1') : normalized
  const tokens: string[] = []
  for (let at = 0; at < text.length;) {
    if (text[at] === ' ') {
      at++
      continue
    }
    let end = at + 1
    if (isLetter(text.charCodeAt(at))) {
      end = domainEnd(text, at)
      if (end < 0) end = wordEnd(text, at)
    }
    tokens.push(text.slice(at, end))
    at = end
  }
  return tokens
}
