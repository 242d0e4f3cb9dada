import { codePointLength, isDigit, isSpace, strip } from '../characters.js'
import type { Label } from './detect.js'

export type RunKind = 'han' | 'hangul' | 'digit' | 'punctuation' | 'newline' | 'other'

/** A stretch of text with one label; `length` in code points. */
export interface Part {
  label: Label
  text: string
  length: number
}

/** Neighbouring parts of one class of characters. */
export interface Run {
  kind: RunKind
  parts: Part[]
}

const PUNCTUATION = new Set('〜~,.;:!?，。！？；：、·([{<（【《〈「『“‘)]}>）】》〉」』”’"-_—#$%&…￥\'*+=@\\^`|')
const HAN = /[\u4e00-\u9fff\u3040-\u30ff々]/
const HANGUL = /[\uac00-\ud7af]/

/** What a character starts, or undefined when it stays with what is before it. */
function kindOf(character: string, previous: string | undefined): RunKind | undefined {
  if (HAN.test(character)) return 'han'
  if (HANGUL.test(character)) return 'hangul'
  if (isDigit(character)) return 'digit'
  // An apostrophe after a letter belongs to the word.
  if (character === "'" && previous !== undefined && !isSpace(previous)) return undefined
  if (PUNCTUATION.has(character)) return 'punctuation'
  if (character === '\n' || character === '\r') return 'newline'
  return isSpace(character) ? undefined : 'other'
}

export function makePart(label: Label, text: string): Part {
  return { label, text, length: codePointLength(text) }
}

/** Cuts a text at every change of character class. Each mark and each line break that follows others is its own run. */
export function* cutRuns(input: string): Generator<{ kind: RunKind; text: string }> {
  let kind: RunKind = 'other'
  let text = ''
  let previous: string | undefined
  for (const character of strip(input)) {
    const next = kindOf(character, previous)
    if (next !== undefined && (next !== kind || next === 'punctuation' || next === 'newline')) {
      if (text !== '') yield { kind, text }
      kind = next
      text = ''
    }
    text += character
    previous = character
  }
  if (text !== '') yield { kind, text }
}

/** Joins neighbours of one label. */
export function joinEqual(parts: readonly Part[]): Part[] {
  const joined: Part[] = []
  for (const part of parts) {
    const last = joined.at(-1)
    if (last && last.label === part.label) append(last, part)
    else joined.push(part)
  }
  return joined
}

export function append(target: Part, part: Part): void {
  target.text += part.text
  target.length += part.length
}
