import { CompoundSplitter } from './compounds.js'
import { PronunciationTable } from './dictionary.js'
import type { OpenSpellingModel } from './spelling-model.js'
import { SpellingNetwork } from './spelling-network.js'

const VOICELESS = new Set(['P', 'T', 'K', 'F', 'TH', 'HH'])
const SIBILANT = new Set(['S', 'Z', 'SH', 'ZH', 'CH', 'JH'])
/** Words kept with their phones, so that a text's own names are worked out once. */
const MAX_REMEMBERED = 20_000
/** Longer ones are no words, and would fill the memory. */
const LONGEST_REMEMBERED = 40

/** Numbers as they are written out are no reason to open the tables of compounds, which part most of these so too. */
const TENS = 'twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety'
const UNITS = 'one|two|three|four|five|six|seven|eight|nine'
const ORDINALS = 'first|second|third|fourth|fifth|sixth|seventh|eighth|ninth'
export const TENS_AND_UNITS = new RegExp(`^(${TENS})-(${UNITS}|${ORDINALS})$`)

/**
 * Six the tables do not part, since their corpus has them as one word. What the network then says is kept here, so that
 * a number does not open it either.
 */
export const WHOLE_NUMBERS: ReadonlyMap<string, string> = new Map([
  ['twenty-nine', 'T W EH1 N T IY0 N AY2'],
  ['thirty-two', 'TH ER0 T IY1 T OW0'],
  ['thirty-four', 'TH ER1 T AY0 F R UH0 R'],
  ['thirty-six', 'TH ER1 T IY0 S IH0 K S'],
  ['sixty-nine', 'S IH0 K S T IH1 N S IY0 N'],
  ['eighty-six', 'AY0 T IY1 K S IH0 S']
])

/** Capital first, small letters after it, and so again after every mark. */
function isTitleCase(word: string): boolean {
  return /[A-Za-z]/.test(word) && !/(?:^|[^A-Za-z])[a-z]|[A-Za-z][A-Z]/.test(word)
}

/** Phones of single words: dictionary, names, letters, possessives, compounds, and last the network. */
export class Words {
  readonly #dictionary = new PronunciationTable('en/dictionary.bin.br')
  readonly #remembered = new Map<string, readonly string[]>()
  #names: PronunciationTable | undefined
  #compounds: CompoundSplitter | undefined
  #network: SpellingNetwork | undefined

  constructor(private readonly openSpelling: OpenSpellingModel | undefined) {}

  /** Name of a single small letter. */
  letter(letter: string): readonly string[] {
    return this.#dictionary.find(letter) ?? []
  }

  phones(word: string): readonly string[] {
    const known = this.#remembered.get(word)
    if (known) return known
    const phones = this.#work(word)
    if (word.length > LONGEST_REMEMBERED) return phones
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear()
    this.#remembered.set(word, phones)
    return phones
  }

  #work(original: string): readonly string[] {
    const word = original.toLowerCase()
    const listed = (word.length > 1 && this.#dictionary.find(word)) || this.#name(original, word)
    if (listed) return listed
    if (word.length <= 3) return this.#spell(word)
    if (/^[a-z]+'s$/.test(word)) return this.#possessive(word.slice(0, -2))
    const whole = WHOLE_NUMBERS.get(word)
    if (whole) return whole.split(' ')
    const number = TENS_AND_UNITS.exec(word)
    if (number) return [...this.phones(number[1]!), ...this.phones(number[2]!)]
    this.#compounds ??= new CompoundSplitter()
    const parts = this.#compounds.split(word)
    if (parts.length > 1) return parts.flatMap((part) => this.phones(part))
    this.#network ??= new SpellingNetwork(this.openSpelling)
    return this.#network.predict(word)
  }

  #name(original: string, word: string): string[] | undefined {
    if (!isTitleCase(original)) return undefined
    this.#names ??= new PronunciationTable('en/names.bin.br')
    return this.#names.find(word)
  }

  #spell(word: string): readonly string[] {
    return Array.from(word).flatMap((letter) => {
      if (letter === 'a') return ['EY1']
      return /[a-z]/.test(letter) ? this.letter(letter) : [letter]
    })
  }

  #possessive(stem: string): readonly string[] {
    const phones = this.phones(stem)
    const last = phones.at(-1) ?? ''
    if (VOICELESS.has(last)) return [...phones, 'S']
    return SIBILANT.has(last) ? [...phones, 'AH0', 'Z'] : [...phones, 'Z']
  }
}
