import { strip } from '../characters.js'
import { dataFile } from '../data-files.js'
import type { LanguageRun } from '../frontend.js'
import type { LanguageMode, SpokenLanguage } from '../language.js'
import { PhraseCutter } from './boundaries.js'
import { isLatinEnglish, runsByScript, runsByScriptWithDefault } from './by-script.js'
import { hanPhrases, spacedWords } from './chunks.js'
import { LanguageDetector } from './detect.js'
import { evenOut, joinNewlines, joinPunctuation } from './join.js'
import { type DefaultLanguage, relabel } from './relabel.js'
import { cutRuns, makePart, type Part, type Run, type RunKind } from './runs.js'
import { smooth } from './smooth.js'

const DEFAULTS: Partial<Record<LanguageMode, DefaultLanguage>> = {
  all_zh: 'zh',
  all_yue: 'zh',
  all_ja: 'ja',
  all_ko: 'ko'
}

const LATIN = /[A-Za-z]/

/** Cuts mixed text into runs of one language. */
export class LanguageSegmenter {
  readonly #detector: LanguageDetector
  readonly #japanese = new PhraseCutter('langseg/boundaries-ja.bin.br')
  readonly #chinese = new PhraseCutter('langseg/boundaries-zh.bin.br')

  constructor(modelPath = dataFile('langseg/lid.176.ftz')) {
    this.#detector = new LanguageDetector(modelPath)
  }

  /** Runs as a mode wants them; see docs/text.md for the modes. */
  runs(text: string, mode: LanguageMode): LanguageRun[] {
    const plain = this.#plainRuns(text, mode)
    if (plain) return plain
    const runs = this.split(text, DEFAULTS[mode])
    if (mode === 'all_yue' || mode === 'auto_yue') return runs.map((run) => ({ ...run, language: toCantonese(run) }))
    if (mode === 'auto' || DEFAULTS[mode]) return runs
    return withEnglish(runs, mode as SpokenLanguage)
  }

  /** The runs of a text whose characters tell them, without asking what its parts may be. */
  #plainRuns(input: string, mode: LanguageMode): LanguageRun[] | undefined {
    if (mode === 'auto' || mode === 'auto_yue') return undefined
    const text = strip(input)
    if (text === '') return undefined
    if (DEFAULTS[mode]) {
      const language = mode.slice('all_'.length) as SpokenLanguage
      // Without Latin letters no part is English.
      return LATIN.test(text) ? runsByScriptWithDefault(text, language) : [{ text, language }]
    }
    return runsByScript(text, mode as SpokenLanguage, (stretch) => this.#isKnown(stretch))
  }

  /** Whether a phrase of the stretch is in a language that is spoken here. */
  #isKnown(stretch: string): boolean {
    for (const phrase of hanPhrases(stretch, this.#japanese, this.#chinese)) {
      if (this.#detector.labelHan(phrase) !== 'x') return true
    }
    return false
  }

  /** Runs by what the text itself shows; with a default, whatever is not plainly English is of that language. */
  split(text: string, defaultLanguage?: DefaultLanguage): LanguageRun[] {
    const joined = joinNewlines(joinPunctuation(this.#labelled(text)))
    const parts = joined.flatMap((run) => (run.kind === 'han' ? evenOut(run.parts) : run.parts))
    return relabel(parts, defaultLanguage).map(({ label, text: run }) => ({
      text: run,
      language: label as LanguageRun['language']
    }))
  }

  *#labelled(input: string): Generator<Run> {
    const text = strip(input)
    const isEnglish = isLatinEnglish(text)
    for (const { kind, text: run } of cutRuns(text)) {
      yield { kind, parts: isEnglish && kind === 'other' ? [makePart('en', run)] : this.#label(kind, run) }
    }
  }

  #label(kind: RunKind, text: string): Part[] {
    if (kind === 'hangul') return [makePart('ko', text)]
    if (kind === 'han') {
      const phrases = hanPhrases(text, this.#japanese, this.#chinese)
      const parts = Array.from(phrases, (phrase) => makePart(this.#detector.labelHan(phrase), phrase))
      return smooth(parts, this.#detector)
    }
    if (kind !== 'other') return [makePart(kind, text)]
    const words = spacedWords(text).map((word) => makePart(this.#detector.labelOther(word), word))
    return smooth(words, this.#detector)
  }
}

const toCantonese = ({ language }: LanguageRun): LanguageRun['language'] => (language === 'zh' ? 'yue' : language)

/** English apart, everything else in the one language that was asked for. */
function withEnglish(runs: readonly LanguageRun[], language: SpokenLanguage): LanguageRun[] {
  const joined: { text: string; language: SpokenLanguage }[] = []
  for (const run of runs) {
    const label = run.language === 'en' ? 'en' : language
    const last = joined.at(-1)
    if (last && last.language === label) last.text += run.text
    else joined.push({ text: run.text, language: label })
  }
  return joined
}
