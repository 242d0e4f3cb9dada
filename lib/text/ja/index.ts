import type { Frontend, Pronunciation } from '../language.js'
import { accentedPhones } from './accent.js'

export interface JapaneseOptions {
  /** Labels of one stretch of text from OpenJTalk, a label a phoneme, with silence at both ends. */
  readonly labels: (text: string) => readonly string[]
}

const SPOKEN =
  'A-Za-z\\p{Nd}\\u3005\\u3040-\\u30ff\\u4e00-\\u9fff\\uff11-\\uff19\\uff21-\\uff3a\\uff41-\\uff5a\\uff66-\\uff9d'
const stretchOrMark = new RegExp(`[${SPOKEN}]+|[^${SPOKEN}]`, 'gu')
const isStretch = new RegExp(`^[${SPOKEN}]`, 'u')
const markRun = /[!?…,.-]{2,}/g

const MARKS: Readonly<Record<string, string>> = {
  '：': ',',
  '；': ',',
  '，': ',',
  '、': ',',
  '·': ',',
  '。': '.',
  '\n': '.',
  '！': '!',
  '？': '?'
}

/** Reads Japanese; the words' sounds and accents come from the caller's OpenJTalk. */
export function loadJapanese({ labels }: JapaneseOptions): Promise<Frontend> {
  return Promise.resolve({ pronounce: (text: string) => pronounce(text, labels) })
}

function pronounce(text: string, labels: JapaneseOptions['labels']): Pronunciation {
  const normText = text.replace(markRun, (run) => run.slice(0, 1))
  const phones: string[] = []
  const read = normText.replaceAll('％', 'パーセント').toLowerCase()
  for (const [part] of read.matchAll(stretchOrMark)) {
    if (isStretch.test(part)) for (const phone of accentedPhones(labels(part))) phones.push(phone)
    else if (part !== ' ') phones.push(MARKS[part] ?? part)
  }
  return { normText, phones }
}
