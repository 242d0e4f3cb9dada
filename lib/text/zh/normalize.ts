import { type ChineseNormalizer, keepSpeakable, type Speakable } from '../chinese-normalization/index.js'

/** What marks, and two characters that the tables do not know, become in Mandarin. */
export const markNames: Readonly<Record<string, string>> = {
  嗯: '恩',
  呣: '母',
  '：': ',',
  '；': ',',
  '，': ',',
  '。': '.',
  '！': '!',
  '？': '?',
  '\n': '.',
  '·': ',',
  '、': ',',
  $: '.',
  '/': ',',
  '—': '-',
  '~': '…',
  '～': '…'
}

/** Mandarin text as it is read: Han characters and marks, no two marks in a row. */
export function normalizeMandarin(text: string, normalize: ChineseNormalizer): Speakable {
  const { text: kept, dropped } = keepSpeakable(normalize(text))
  return { text: kept.replace(/([!?…,.-])[!?…,.-]+/g, '$1'), dropped }
}

/** Sentences end after every mark. */
export function splitAtMarks(text: string): string[] {
  return text.match(/[^!?…,.-]+[!?…,.-]?|[!?…,.-]/g) ?? []
}
