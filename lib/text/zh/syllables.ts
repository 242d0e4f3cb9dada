import { symbolOf } from '../symbols.js'
import type { Tables } from '../tables.js'

/** A reading of one character. */
export interface Syllable {
  /** 1 to 4, 5 for neutral, 0 for a mark, `unreadableTone` for a reading without a final. */
  readonly tone: number
  /** As pinyin spells it in full: `uei` in gui, `v` for ü. Upstream's rules for 儿 look at it. */
  readonly final: string
  /** One phone for a mark; initial, then final by tone, for a syllable; none when it cannot be spoken. */
  readonly initialPhone?: string
  readonly finalPhones?: readonly string[]
}

/** Upstream's merges of words give up where they meet one. */
export const unreadableTone = -1
export const unreadable: Syllable = { tone: unreadableTone, final: '' }
/** A character that no table has a reading for. */
export const unknown: Syllable = { tone: 0, final: '' }

export const isSpeakable = (syllable: Syllable): boolean => syllable.initialPhone !== undefined

const initials = [
  'b',
  'p',
  'm',
  'f',
  'd',
  't',
  'n',
  'l',
  'g',
  'k',
  'h',
  'j',
  'q',
  'x',
  'zh',
  'ch',
  'sh',
  'r',
  'z',
  'c',
  's'
]

const finals = new Set(
  (
    'i u v a ia ua o uo e ie ve ai uai ei uei ao iao ou iou an ian uan van en in uen vn ang iang uang eng ing ueng ' +
    'ong iong er ê'
  ).split(' ')
)

/** Spelling of a syllable without an initial -> its final: you -> iou, wu -> u, yuan -> van. */
function withoutSemivowel(letters: string): string {
  let final = letters
  if (letters.startsWith('yu')) final = `v${letters.slice(2)}`
  else if (letters.startsWith('yi') || letters.startsWith('wu')) final = letters.slice(1)
  else if (letters.startsWith('y')) final = `i${letters.slice(1)}`
  else if (letters.startsWith('w')) final = `u${letters.slice(1)}`
  return finals.has(final) ? final : letters
}

/** Finals that pinyin shortens after an initial. */
const shortened: Readonly<Record<string, string>> = { iu: 'iou', ui: 'uei', un: 'uen' }

function split(letters: string): [initial: string, final: string] {
  const initial = initials.find((candidate) => letters.startsWith(candidate)) ?? ''
  const spelt = withoutSemivowel(letters)
  let final = spelt.slice(initial.length)
  if ('jqx'.includes(initial) && initial !== '' && final.startsWith('u')) final = `v${final.slice(1)}`
  if (initial !== '') final = shortened[final] ?? final
  if (finals.has(final)) return [initial, final]
  // yo: the semivowel hides a final that stands alone.
  const bare = /^[yw]/.test(letters) ? letters.slice(1) : final
  return [initial, finals.has(bare) ? bare : '']
}

const initialSpelling: Readonly<Record<string, string>> = { uei: 'ui', iou: 'iu', uen: 'un' }
const aloneSpelling: Readonly<Record<string, string>> = { ing: 'ying', i: 'yi', in: 'yin', u: 'wu' }
const aloneLetter: Readonly<Record<string, string>> = { v: 'yu', e: 'e', i: 'y', u: 'w' }

/** The key of a syllable in the table of symbols. */
function spell(initial: string, final: string): string {
  if (initial !== '') return initial + (initialSpelling[final] ?? final)
  return aloneSpelling[final] ?? (aloneLetter[final[0] ?? ''] ?? final[0] ?? '') + final.slice(1)
}

const tones = [0, 1, 2, 3, 4, 5]

/** Turns pinyin with tone numbers into syllables with their phones. */
export class SyllableTable {
  readonly #symbols: ReadonlyMap<string, readonly [initial: string, final: string]>
  readonly #known = new Map<string, Syllable>()

  constructor(rules: Tables) {
    const [initialSymbols, finalSymbols] = [rules.list('initials'), rules.list('finals')]
    this.#symbols = new Map(
      rules.list('syllables').map((key, index) => [key, [initialSymbols[index]!, finalSymbols[index]!]])
    )
    for (const mark of '!?…,.-') this.#known.set(mark, { tone: 0, final: mark, initialPhone: symbolOf(mark) })
  }

  /** `zhong1`, or a mark; neutral without a number. What is neither cannot be spoken. */
  parse(pinyin: string): Syllable {
    const known = this.#known.get(pinyin)
    if (known) return known
    const syllable = this.#parse(pinyin)
    // Only real syllables are kept, so that odd answers cannot fill the memory.
    if (isSpeakable(syllable)) this.#known.set(pinyin, syllable)
    return syllable
  }

  #parse(pinyin: string): Syllable {
    const match = /^([a-zêü]+)([1-5]?)$/.exec(pinyin)
    if (!match) return unreadable
    const [initial, final] = split(match[1]!.replaceAll('ü', 'v'))
    if (final === '') return unreadable
    const tone = Number(match[2] || 5)
    const symbols = this.#symbols.get(spell(initial, final))
    if (!symbols) return { tone, final }
    const finalPhones = tones.map((number) => symbolOf(`${symbols[1]}${number}`))
    return { tone, final, initialPhone: symbolOf(symbols[0]), finalPhones }
  }
}
