import { strip } from '../characters.js'
import { LanguageModel } from './fasttext.js'

/** A label of the segmenter; `x` is any language that is not spoken here. */
export type Label = 'zh' | 'ja' | 'ko' | 'en' | 'x' | 'digit' | 'punctuation' | 'newline'

/** Code points that the model is shown. */
const MAX_LENGTH = 80
const CANDIDATES = 5
const LEAST_SCORE = 0.01
/** Answers kept: words come back often, and the model is the slowest part of the segmenter. */
const MAX_REMEMBERED = 50_000

const CHINESE: readonly (readonly [string, Label])[] = ['zh', 'yue', 'wuu', 'zh-cn'].map((name) => [name, 'zh'])
/** Labels by the model's names; for other names it is `x`. */
const LABELS: ReadonlyMap<string, Label> = new Map([...CHINESE, ['ko', 'ko'], ['ja', 'ja'], ['en', 'en']])
const HAN_LABELS: ReadonlyMap<string, Label> = new Map([...CHINESE, ['ja', 'ja']])
const kana = /[\u3040-\u30ff々]/

export const hasKana = (text: string): boolean => kana.test(text)

function firstCodePoints(text: string, count: number): string {
  return text.length <= count
    ? text
    : Array.from(text.slice(0, count * 2))
        .slice(0, count)
        .join('')
}

/** Capitals look like Japanese to the model, so a text of capitals is shown in small letters. */
function lowerCapitals(text: string): string {
  const isUpper = /\p{Uppercase}/u.test(text) && !/[\p{Lowercase}\p{Lt}]/u.test(text)
  const capitals = text.match(/[A-Z]/g)?.length ?? 0
  const letters = text.match(/[A-Za-z]/g)?.length ?? 0
  const isMostlyUpper = capitals > 0.8 * letters && firstCodePoints(text, 6).length > firstCodePoints(text, 5).length
  return isUpper || isMostlyUpper ? text.toLowerCase() : text
}

class Memory<Value> {
  readonly #values = new Map<string, Value>()

  get(key: string, make: (key: string) => Value): Value {
    let value = this.#values.get(key)
    if (value === undefined) {
      value = make(key)
      if (this.#values.size >= MAX_REMEMBERED) this.#values.clear()
      this.#values.set(key, value)
    }
    return value
  }
}

/** Guesses the language of a word or a phrase. */
export class LanguageDetector {
  readonly #model: LanguageModel
  readonly #best = new Memory<string>()
  readonly #candidates = new Memory<ReadonlySet<string>>()

  constructor(modelPath: string) {
    this.#model = new LanguageModel(modelPath)
  }

  /** Label of a run without Han or kana. */
  labelOther(text: string): Label {
    return LABELS.get(this.#guess(lowerCapitals(firstCodePoints(text, MAX_LENGTH).replaceAll('\n', ' ')))) ?? 'x'
  }

  /** Label of a run of Han and kana. */
  labelHan(text: string): Label {
    if (hasKana(text)) return 'ja'
    // Han has no capitals.
    return HAN_LABELS.get(this.#guess(firstCodePoints(text, MAX_LENGTH))) ?? 'x'
  }

  /** Whether the text may well be of the language, by the model's own names. */
  mayBe(text: string, label: Label): boolean {
    const shown = lowerCapitals(firstCodePoints(strip(text.replaceAll('\n', '')), MAX_LENGTH))
    const candidates = this.#candidates.get(
      shown,
      (key) => new Set(this.#model.predict(key, CANDIDATES, LEAST_SCORE).map((guess) => guess.language))
    )
    return candidates.has(label)
  }

  #guess(shown: string): string {
    return this.#best.get(shown, (key) => (this.#model.predict(key)[0]?.language ?? 'x').toLowerCase())
  }
}
