import { type ChineseNormalizer, keepSpeakable, type Speakable } from '../chinese-normalization/index.js'

const markNames: Readonly<Record<string, string>> = {
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
  '...': '…',
  $: '.',
  '/': ',',
  '—': '-',
  '~': '…',
  '～': '…'
}
const named = /\.\.\.|[嗯呣：；，。！？\n·、$/—~～]/g

/** Mandarin text as it is read: Han characters and marks, no two marks in a row. */
export function normalizeMandarin(text: string, normalize: ChineseNormalizer): Speakable {
  const marked = normalize(text).map((sentence) => sentence.replace(named, (sign) => markNames[sign]!))
  const { text: kept, dropped } = keepSpeakable(marked.join(''))
  return { text: kept.replace(/([!?…,.-])[!?…,.-]+/g, '$1'), dropped }
}

/** Sentences end after every mark. */
export function splitAtMarks(text: string): string[] {
  return text.match(/[^!?…,.-]+[!?…,.-]?|[!?…,.-]/g) ?? []
}
