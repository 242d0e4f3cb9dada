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

/** Text as the English voice reads it: only letters, spaces and `' . , ? ! -` are left. */
export function normalizeEnglish(input: string): string {
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
