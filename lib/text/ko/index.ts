import { type Frontend, pronunciation } from '../language.js'
import { MARK_PHONES } from '../mark-phones.js'
import { symbolIds } from '../symbols.js'
import { decompose, standAlone } from './jamo.js'
import { type Morpheme, markMorphemes } from './morphemes.js'
import { spellLetters, spellNumbers } from './numbers.js'
import { loadSoundRules, type SoundRules } from './sound-rules.js'

export type { Morpheme } from './morphemes.js'

export interface KoreanOptions {
  /** Words of a text with their parts of speech, from MeCab with mecab-ko-dic. */
  readonly morphemes?: (text: string) => readonly Morpheme[]
}

const NO_MORPHEMES =
  'Korean is read without its dictionary, so that about one sentence in six has a wrong sound; ' +
  'get it with `gpt-sovits pull dict-ko`'

const SPACE_PHONE = '空'

const DIPHTHONGS: Readonly<Record<string, string>> = {
  ㅘ: 'ㅗㅏ',
  ㅙ: 'ㅗㅐ',
  ㅚ: 'ㅗㅣ',
  ㅝ: 'ㅜㅓ',
  ㅞ: 'ㅜㅔ',
  ㅟ: 'ㅜㅣ',
  ㅢ: 'ㅡㅣ',
  ㅑ: 'ㅣㅏ',
  ㅒ: 'ㅣㅐ',
  ㅕ: 'ㅣㅓ',
  ㅖ: 'ㅣㅔ',
  ㅛ: 'ㅣㅗ',
  ㅠ: 'ㅣㅜ'
}
const diphthong = new RegExp(`[${Object.keys(DIPHTHONGS).join('')}]`, 'g')

/** Reads Korean. Without morphemes the rules that ask for a word's kind are left out, and every result warns of it. */
export function loadKorean({ morphemes }: KoreanOptions = {}): Promise<Frontend> {
  const rules = loadSoundRules()
  const warnings = morphemes ? undefined : [NO_MORPHEMES]
  return Promise.resolve({
    pronounce: (text) => pronunciation(text, phonesOf(soundOf(text, rules, morphemes)), undefined, warnings)
  })
}

/** The text as it sounds, in letters that stand alone. */
function soundOf(text: string, rules: SoundRules, morphemes: KoreanOptions['morphemes']): string {
  const written = rules.replaceIdioms(spellLetters(text))
  const marked = morphemes ? markMorphemes(written, morphemes(written)) : written
  const spoken = rules.apply(decompose(spellNumbers(marked)))
  return (
    standAlone(spoken)
      .replace(diphthong, (vowel) => DIPHTHONGS[vowel]!)
      // Upstream mends two l's that meet over a space after 을.
      .replace(/([ㅇㄹ]ㅡㄹ) ㄹ/g, '$1 ㄴ')
      .replace(/([ㄱ-ㅣ])(?=\n?$)/g, '$1.')
  )
}

function phonesOf(sound: string): string[] {
  const known = symbolIds('v2')
  return Array.from(sound, (character) => {
    const phone = character === ' ' ? SPACE_PHONE : (MARK_PHONES[character] ?? character)
    return known.has(phone) ? phone : '停'
  })
}
