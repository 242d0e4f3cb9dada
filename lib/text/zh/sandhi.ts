import { isNumeric, type ToneRules } from './rules.js'
import type { WordSplitter } from './search-cut.js'

const neutralTone = 5

const particles = '吧呢哈啊呐噻嘛吖嗨哦哒额滴哩哟喽啰耶喔诶'
const pausesAfterYi = "：，；。？！“”‘’':,;.?!"

function changeBu(word: string, tones: number[]): void {
  if (word.length === 3 && word[1] === '不') {
    tones[1] = neutralTone
    return
  }
  for (let index = 0; index + 1 < word.length; index++) {
    if (word[index] === '不' && tones[index + 1] === 4) tones[index] = 2
  }
}

function changeYi(word: string, tones: number[]): void {
  if (!word.includes('一')) return
  if (Array.from(word).every(isNumeric)) return
  if (word.length === 3 && word[1] === '一' && word[0] === word[2]) {
    tones[1] = neutralTone
  } else if (word.startsWith('第一')) {
    tones[1] = 1
  } else {
    for (let index = 0; index + 1 < word.length; index++) {
      if (word[index] !== '一') continue
      if (tones[index + 1] === 4) tones[index] = 2
      else if (!pausesAfterYi.includes(word[index + 1]!)) tones[index] = 4
    }
  }
}

/** Index of the syllable that a suffix or measure word makes neutral, or -1. */
function neutralSuffix(word: string, tag: string, rules: ToneRules): number {
  const last = word.length - 1
  const char = word[last]!
  const before = word[last - 1] ?? ''
  if (particles.includes(char) || '的地得'.includes(char)) return last
  if (last === 0 && '了着过'.includes(char) && ['ul', 'uz', 'ug'].includes(tag)) return last
  if (last > 0 && '们子'.includes(char) && ['r', 'n'].includes(tag) && !rules.neverNeutral.has(word)) return last
  if (last > 0 && '上下里'.includes(char) && ['s', 'l', 'f'].includes(tag)) return last
  if (last > 0 && '来去'.includes(char) && '上下进出回过起开'.includes(before)) return last
  const measure = word.indexOf('个')
  if (measure >= 1 && (isNumeric(word[measure - 1]!) || '几有两半多各整每做是'.includes(word[measure - 1]!)))
    return measure
  return word === '个' || isNeutral(word, rules) ? last : -1
}

const isNeutral = (word: string, rules: ToneRules) => rules.neutral.has(word) || rules.neutral.has(word.slice(-2))

function changeNeutral(word: string, tag: string, tones: number[], rules: ToneRules, splitter: WordSplitter): void {
  if ('nva'.includes(tag[0]!) && !rules.neverNeutral.has(word)) {
    for (let index = 1; index < word.length; index++) if (word[index] === word[index - 1]) tones[index] = neutralTone
  }
  const suffix = neutralSuffix(word, tag, rules)
  if (suffix >= 0) tones[suffix] = neutralTone
  if (!holdsNeutral(word, rules)) return
  const [head, tail] = splitter.split(word)
  if (isNeutral(head, rules)) tones[head.length - 1] = neutralTone
  if (isNeutral(tail, rules)) tones[word.length - 1] = neutralTone
}

/** Spares most words the split: all words of the list have two characters. */
function holdsNeutral(word: string, rules: ToneRules): boolean {
  for (let index = 0; index + 1 < word.length; index++) {
    if (rules.neutral.has(word.slice(index, index + 2))) return true
  }
  return false
}

const areThird = (tones: readonly number[], from: number, to: number) =>
  tones.slice(from, to).every((tone) => tone === 3)

function changeThirdOfThree(tones: number[], split: number): void {
  if (areThird(tones, 0, 3)) {
    if (split === 2) tones[0] = 2
    if (split <= 2) tones[1] = 2
  } else {
    if (split === 2 && areThird(tones, 0, 2)) tones[0] = 2
    if (split === 1 && areThird(tones, 1, 3)) tones[1] = 2
    else if (split < 3 && !areThird(tones, split, 3) && tones[split] === 3 && tones[split - 1] === 3)
      tones[split - 1] = 2
  }
}

function changeThird(word: string, tones: number[], splitter: WordSplitter): void {
  if (word.length === 2 && areThird(tones, 0, 2)) tones[0] = 2
  if (word.length === 3 && tones.includes(3)) changeThirdOfThree(tones, splitter.split(word)[0].length)
  if (word.length === 4) {
    for (const from of [0, 2]) if (areThird(tones, from, from + 2)) tones[from] = 2
  }
}

/** Changes a word's tones as they change in speech: 不, 一, neutral tones, then third tones in a row. */
export function changeTones(
  word: string,
  tag: string,
  tones: number[],
  rules: ToneRules,
  splitter: WordSplitter
): void {
  changeBu(word, tones)
  changeYi(word, tones)
  changeNeutral(word, tag, tones, rules, splitter)
  changeThird(word, tones, splitter)
}
