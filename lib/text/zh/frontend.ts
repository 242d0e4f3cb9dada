import type { ChineseNormalizer } from '../chinese-normalization/index.js'
import { type Frontend, pronunciation, type Pronunciation, type SymbolVersion } from '../language.js'
import { changeErhua } from './erhua.js'
import { joinWords, type ReadWord } from './merges.js'
import { normalizeMandarin, splitAtMarks } from './normalize.js'
import type { SyllableReadings } from './readings.js'
import type { ToneRules } from './rules.js'
import { changeTones } from './sandhi.js'
import type { WordSplitter } from './search-cut.js'
import { isSpeakable, type Syllable, type SyllableTable } from './syllables.js'
import type { Tagger } from './tagger.js'

/** For each character of a sentence a tone-numbered pinyin (`zhong1`, a mark as itself), or a syllable. */
export type PolyphoneAnswers = readonly (string | Syllable)[]

/** A polyphone model that answers at once. */
export type Polyphones = (sentence: string) => PolyphoneAnswers | undefined

/** A polyphone model that answers later. */
export interface PolyphoneModel {
  answers(sentence: string): Promise<PolyphoneAnswers | undefined>
}

/** Corrects a model's answer for one word. */
export type Corrections = Pick<SyllableReadings, 'find'>

export interface ChineseParts {
  readonly normalize: ChineseNormalizer
  readonly tagger: Tagger
  readonly splitter: WordSplitter
  readonly syllables: SyllableTable
  readonly readings: SyllableReadings
  readonly rules: ToneRules
  readonly polyphones?: Polyphones
  readonly corrections?: Corrections
}

/** Signs that a text may hold to ask for a pause: each is read as a comma, and every comma becomes this phone. */
const pauses = [
  ['￥', 'SP2'],
  ['^', 'SP3']
] as const

/** A text cut into the sentences that are read one by one. */
interface PreparedText {
  readonly sentences: readonly string[]
  readonly dropped: readonly string[]
  /** What commas become. */
  readonly pausePhone: string | undefined
}

interface Spoken {
  readonly read: string[]
  readonly phones: string[]
  readonly word2ph: number[]
  readonly unspoken: Set<string>
}

/** Mandarin text to phones. */
export class ChineseFrontend implements Frontend {
  constructor(readonly parts: ChineseParts) {}

  pronounce(text: string, version: SymbolVersion): Pronunciation {
    return this.speak(this.prepare(text), version, this.parts.polyphones)
  }

  prepare(text: string): PreparedText {
    const pause = pauses.find(([sign]) => text.includes(sign))
    const { text: normalized, dropped } = normalizeMandarin(
      pause ? text.replaceAll(pause[0], ',') : text,
      this.parts.normalize
    )
    const sentences: string[] = []
    for (const sentence of splitAtMarks(normalized)) this.parts.tagger.addParts(sentence, sentences)
    return { sentences, dropped, pausePhone: pause?.[1] }
  }

  speak(
    { sentences, dropped, pausePhone }: PreparedText,
    version: SymbolVersion,
    polyphones: Polyphones | undefined
  ): Pronunciation {
    const spoken: Spoken = { read: [], phones: [], word2ph: [], unspoken: new Set() }
    for (const sentence of sentences) {
      const answers = version === 'v1' ? undefined : polyphones?.(sentence)
      this.#speak(sentence, answers?.length === sentence.length ? answers : undefined, version, spoken)
    }
    const { read, word2ph } = spoken
    const phones = pausePhone ? spoken.phones.map((phone) => (phone === ',' ? pausePhone : phone)) : spoken.phones
    return pronunciation(read.join(''), phones, word2ph, warningsFor(dropped, spoken.unspoken))
  }

  #speak(sentence: string, answers: PolyphoneAnswers | undefined, version: SymbolVersion, spoken: Spoken): void {
    const { tagger, readings, rules, splitter } = this.parts
    let start = 0
    for (const word of joinWords(tagger.cut(sentence), readings)) {
      const syllables = answers ? this.#corrected(word, answers, start) : word.syllables
      const tones = syllables.map(({ tone }) => tone)
      changeTones(word.text, word.tag, tones, rules, splitter)
      if (version !== 'v1') changeErhua(word.text, word.tag, syllables, tones, rules)
      addPhones(word.text, syllables, tones, spoken)
      start += word.text.length
    }
  }

  /** The model's readings, unless the table of corrections has the word or one of its characters. */
  #corrected(word: ReadWord, answers: PolyphoneAnswers, start: number): readonly Syllable[] {
    const { corrections, syllables } = this.parts
    return (
      corrections?.find(word.text) ??
      word.syllables.map((usual, index) => {
        const corrected = corrections?.find(word.text[index]!)
        if (corrected) return corrected[0]!
        const answer = answers[start + index]!
        const answered = typeof answer === 'string' ? syllables.parse(answer) : answer
        return isSpeakable(answered) ? answered : usual
      })
    )
  }
}

/** Mandarin with a polyphone model that answers later. */
export class ModelFrontend implements Frontend {
  constructor(
    readonly inner: ChineseFrontend,
    readonly model: PolyphoneModel
  ) {}

  /** Without the model. */
  pronounce(text: string, version: SymbolVersion): Pronunciation {
    return this.inner.pronounce(text, version)
  }

  async pronounceLater(text: string, version: SymbolVersion): Promise<Pronunciation> {
    const prepared = this.inner.prepare(text)
    const answers = new Map<string, PolyphoneAnswers | undefined>()
    for (const sentence of version === 'v1' ? [] : prepared.sentences) {
      if (!answers.has(sentence)) answers.set(sentence, await this.model.answers(sentence))
    }
    return this.inner.speak(prepared, version, (sentence) => answers.get(sentence))
  }
}

function addPhones(word: string, syllables: readonly Syllable[], tones: readonly number[], spoken: Spoken): void {
  for (const [index, { initialPhone, finalPhones }] of syllables.entries()) {
    const finalPhone = finalPhones?.[tones[index]!]
    if (initialPhone === undefined) {
      spoken.unspoken.add(word[index]!)
      continue
    }
    spoken.read.push(word[index]!)
    spoken.phones.push(initialPhone)
    if (finalPhone !== undefined) spoken.phones.push(finalPhone)
    spoken.word2ph.push(finalPhone === undefined ? 1 : 2)
  }
}

function warningsFor(dropped: readonly string[], unspoken: ReadonlySet<string>): string[] {
  const warnings: string[] = []
  if (dropped.length > 0) warnings.push(`not read in Chinese, skipped: ${dropped.join(' ')}`)
  if (unspoken.size > 0) warnings.push(`no known reading, skipped: ${[...unspoken].join(' ')}`)
  return warnings
}
