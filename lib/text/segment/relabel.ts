import { SPACE_CLASS } from '../characters.js'
import type { Label } from './detect.js'

/** Language of a run, once the unknown and the numbers have been given one. */
export type RunLabel = Exclude<Label, 'x' | 'digit'>
export type DefaultLanguage = 'zh' | 'ja' | 'ko'

interface Item {
  label: Label
  text: string
}

const ENGLISH = new RegExp(`^[A-Za-z0-9${SPACE_CLASS}\\u0020-\\u007e\\u2000-\\u206f\\u3000-\\u303f\\uff00-\\uffef]+$`)
/** Digits and marks that a stretch of kana or Hangul may run through. */
const LIGHT = '0-9、-〜。！？.!?… '
const KANA = '\\u3099\\u309a\\u3041-\\u3096\\u30a1-\\u30fa\\u30fc'
const HANGUL = '\\u1100-\\u11ff\\u3130-\\u318f\\uac00-\\ud7af'
const KANA_STRETCH = new RegExp(`[${KANA}][${KANA}${LIGHT}]*`, 'g')
const HANGUL_STRETCH = new RegExp(`[${HANGUL}][${HANGUL}${LIGHT}]*`, 'g')
/** Han of every block, and the marks that stay with it. */
const NOT_CHINESE = new RegExp(
  '[^\\u4e00-\\u9fff\\u3400-\\u4db5\\u{20000}-\\u{2a6df}\\u{2a700}-\\u{2b73f}\\u{2b740}-\\u{2b81f}' +
    `\\u{2b820}-\\u{2ceaf}\\u{2ceb0}-\\u{2ee5d}\\u{30000}-\\u{323af}${LIGHT}/]`,
  'gu'
)
/** Whether a text of an unknown language would lose characters. */
export const isLostWhenUnknown = (text: string): boolean => text.search(NOT_CHINESE) >= 0

const PAUSES = ',.!?，。！？'

/** Only Latin letters, digits and marks, with a letter in the first line. */
function isEnglish(text: string): boolean {
  const end = text.indexOf('\n')
  return /[A-Za-z]/.test(end < 0 ? text : text.slice(0, end)) && ENGLISH.test(text)
}

function add(items: Item[], item: Item): void {
  const last = items.at(-1)
  if (last && last.label === item.label) last.text += item.text
  else items.push(item)
}

function cutOut(item: Item, stretch: RegExp, label: Label): Item[] {
  const items: Item[] = []
  let done = 0
  for (const match of item.text.matchAll(stretch)) {
    if (match.index > done) items.push({ label: item.label, text: item.text.slice(done, match.index) })
    done = match.index + match[0].length
    items.push({ label, text: match[0] })
  }
  if (done < item.text.length) items.push({ label: item.label, text: item.text.slice(done) })
  return items
}

/** Kana and Hangul are Japanese and Korean among other text; a part wholly of them keeps its label (as upstream). */
function cutScripts(item: Item): Item[] {
  const kana = item.label === 'ja' ? [item] : cutOut(item, KANA_STRETCH, 'ja')
  const items: Item[] = []
  // As upstream: a Korean piece after another piece repeats what that one was cut into.
  let hangul: Item[] = []
  for (const piece of kana) {
    if (piece.label !== 'ko') hangul = cutOut(piece, HANGUL_STRETCH, 'ko')
    if (hangul.length > 0) items.push(...hangul)
    else items.push(piece)
  }
  return items.length === 1 ? [item] : items
}

/** An unknown stretch is Chinese as far as it has Han characters; the rest of it is lost (as upstream). */
function toChinese(item: Item): Item {
  if (item.label !== 'x') return item
  const text = item.text.replace(NOT_CHINESE, '')
  return text === '' ? item : { label: 'zh', text }
}

function labelDigits(items: readonly Item[]): Item[] {
  const labelled: Item[] = []
  items.forEach((item, index) => {
    const label = item.label === 'digit' ? digitsLabel(item.text, labelled.at(-1), items[index + 1]) : item.label
    add(labelled, { label, text: item.text })
  })
  return labelled
}

/** The neighbour that marks give a number to: by the last character before it, the first after it, and its own last. */
export function digitsSide(last: string, first: string, own: string): 'before' | 'after' | undefined {
  if (PAUSES.includes(last)) return 'after'
  return PAUSES.includes(first) || '。.'.includes(own) ? 'before' : undefined
}

/** Numbers are read in the language of a neighbour. */
function digitsLabel(text: string, before: Item | undefined, after: Item | undefined): Label {
  if (!before) return after ? after.label : 'zh'
  if (!after || before.label === after.label) return before.label
  const side = digitsSide(before.text.at(-1)!, after.text[0]!, text.at(-1)!)
  if (side) return side === 'before' ? before.label : after.label
  return [...before.text].length >= [...after.text].length ? before.label : after.label
}

function labelUnknown(items: readonly Item[]): Item[] {
  const labelled: Item[] = []
  for (const item of items) {
    const label = item.label === 'x' ? (labelled.at(-1)?.label ?? items[1]?.label ?? 'zh') : item.label
    add(labelled, { label, text: item.text })
  }
  return labelled
}

/** Upstream's own pass over what the splitter gave: one label for every part, neighbours of one label joined. */
export function relabel(parts: readonly Item[], defaultLanguage: DefaultLanguage | undefined): Item[] {
  const items: Item[] = []
  for (const { label, text } of parts) {
    if (label !== 'digit' && isEnglish(text)) add(items, { label: 'en', text })
    else if (defaultLanguage) add(items, { label: defaultLanguage, text })
    else if (label === 'digit') add(items, { label, text })
    else for (const item of cutScripts({ label, text })) add(items, toChinese(item))
  }
  return labelUnknown(labelDigits(items))
}
