import type { SyllableReadings } from './readings.js'
import { type Syllable, unreadableTone } from './syllables.js'
import type { TaggedWord } from './tagger.js'

/** A word with its readings, which are looked up once. */
export interface ReadWord extends TaggedWord {
  readonly syllables: readonly Syllable[]
}

/** Longest word that two words of third tones may become. */
const maxThirdToneLength = 3

/** 不 joins the word that follows it. */
function joinBu(words: readonly TaggedWord[]): TaggedWord[] {
  const joined: TaggedWord[] = []
  let last = ''
  for (const { text, tag } of words) {
    last = last === '不' ? last + text : text
    if (last !== '不') joined.push({ text: last, tag })
  }
  if (last === '不') joined.push({ text: last, tag: 'd' })
  return joined
}

/** 看 一 看 becomes one word. */
function joinRepeatedVerb(words: readonly TaggedWord[]): TaggedWord[] {
  const joined: TaggedWord[] = []
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!
    const before = joined.at(-1)
    const after = words[index + 1]
    const isRepeated = before?.text === after?.text && before?.tag === 'v' && after?.tag === 'v'
    if (word.text === '一' && before && isRepeated) {
      joined[joined.length - 1] = { text: `${before.text}一${before.text}`, tag: before.tag }
      index++
    } else {
      joined.push(word)
    }
  }
  return joined
}

/** Joins each word to the one before it that asks for it; the tag of the first stays. */
function joinPairs(words: readonly TaggedWord[], isPair: (before: string, word: string) => boolean): TaggedWord[] {
  const joined: TaggedWord[] = []
  for (const word of words) {
    const before = joined.at(-1)
    if (before && isPair(before.text, word.text)) {
      joined[joined.length - 1] = { text: before.text + word.text, tag: before.tag }
    } else {
      joined.push(word)
    }
  }
  return joined
}

/** Undefined where upstream would fail on a syllable without a final. */
type ToneTest = (before: readonly Syllable[], after: readonly Syllable[]) => boolean | undefined

function isThird(syllable: Syllable): boolean | undefined {
  return syllable.tone === unreadableTone ? undefined : syllable.tone === 3
}

function areAllThird(syllables: readonly Syllable[]): boolean | undefined {
  for (const syllable of syllables) {
    const third = isThird(syllable)
    if (!third) return third
  }
  return true
}

const bothAreThird: ToneTest = (before, after) => areAllThird(before) && areAllThird(after)
const thirdsMeet: ToneTest = (before, after) => isThird(before.at(-1)!) && isThird(after[0]!)

const isReduplication = (text: string) => text.length === 2 && text[0] === text[1]

/** Joins short neighbours whose third tones meet; a word that was just joined takes no other. */
function joinThirdTones(words: readonly ReadWord[], test: ToneTest, readings: SyllableReadings): readonly ReadWord[] {
  const joined: ReadWord[] = []
  let wasJoined = false
  for (const [index, word] of words.entries()) {
    const before = words[index - 1]
    const meets = before ? test(before.syllables, word.syllables) : false
    if (meets === undefined) return words
    const fits = before && !isReduplication(before.text) && before.text.length + word.text.length <= maxThirdToneLength
    if (meets && fits && !wasJoined) {
      const { text, tag } = joined.at(-1)!
      joined[joined.length - 1] = withReadings({ text: text + word.text, tag }, readings)
      wasJoined = true
    } else {
      joined.push(word)
      wasJoined = false
    }
  }
  return joined
}

function withReadings(word: TaggedWord, readings: SyllableReadings): ReadWord {
  return { text: word.text, tag: word.tag, syllables: readings.read(word.text) }
}

/** Joins words that the tone rules must see together. */
export function joinWords(words: readonly TaggedWord[], readings: SyllableReadings): readonly ReadWord[] {
  const withYi = joinPairs(joinRepeatedVerb(joinBu(words)), (before) => before === '一')
  const repeated = joinPairs(withYi, (before, word) => before === word)
  const read = repeated.map((word) => withReadings(word, readings))
  const third = joinThirdTones(joinThirdTones(read, bothAreThird, readings), thirdsMeet, readings)
  if (!third.some((word) => word.text === '儿')) return third
  return joinPairs(third, (_, word) => word === '儿').map((word) =>
    'syllables' in word ? (word as ReadWord) : withReadings(word, readings)
  )
}
