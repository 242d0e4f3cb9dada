/** Hangul syllables, conjoining jamo (what a syllable falls into) and compatibility jamo (what stands alone). */

const FIRST_SYLLABLE = 0xac00
const LAST_SYLLABLE = 0xd7a3
const FIRST_LEAD = 0x1100
const FIRST_VOWEL = 0x1161
/** One below the first final consonant: 0 is none. */
const NO_TAIL = 0x11a7
const VOWELS = 21
const TAILS = 28

const LEADS_ALONE = [...'ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ']
const TAILS_ALONE = [...'ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ']
const FIRST_VOWEL_ALONE = 0x314f

export const isSyllable = (code: number): boolean => code >= FIRST_SYLLABLE && code <= LAST_SYLLABLE

/** Final consonant of a syllable as a conjoining jamo; empty when it has none or is no syllable. */
export function tailOf(syllable: string): string {
  const code = syllable.charCodeAt(0)
  const tail = isSyllable(code) ? (code - FIRST_SYLLABLE) % TAILS : 0
  return tail === 0 ? '' : String.fromCharCode(NO_TAIL + tail)
}

/** Syllables to conjoining jamo; anything else stays. */
export function decompose(text: string): string {
  return text.replace(/[\uac00-\ud7a3]/g, (syllable) => {
    const index = syllable.charCodeAt(0) - FIRST_SYLLABLE
    const lead = FIRST_LEAD + Math.floor(index / (VOWELS * TAILS))
    const vowel = FIRST_VOWEL + (Math.floor(index / TAILS) % VOWELS)
    return String.fromCharCode(lead, vowel) + tailOf(syllable)
  })
}

/** Conjoining jamo to the letters that stand alone, old ones left as they are. */
export function standAlone(text: string): string {
  return text.replace(/[\u1100-\u1112\u1161-\u1175\u11a8-\u11c2]/g, (jamo) => {
    const code = jamo.charCodeAt(0)
    if (code < FIRST_VOWEL) return LEADS_ALONE[code - FIRST_LEAD]!
    if (code > NO_TAIL) return TAILS_ALONE[code - NO_TAIL - 1]!
    return String.fromCharCode(FIRST_VOWEL_ALONE + code - FIRST_VOWEL)
  })
}
