import { codePointLength, isDigit, isSpace } from '../characters.js'
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
const APOSTROPHE = 0x27

/** Class of a character; a space stays with what is before it. */
export type CharacterKind = RunKind | 'space'

function findKind(character: string): CharacterKind {
  if (HAN.test(character)) return 'han'
  if (HANGUL.test(character)) return 'hangul'
  if (isDigit(character)) return 'digit'
  if (PUNCTUATION.has(character)) return 'punctuation'
  if (character === '\n' || character === '\r') return 'newline'
  return isSpace(character) ? 'space' : 'other'
}

const KINDS: readonly CharacterKind[] = ['han', 'hangul', 'digit', 'punctuation', 'newline', 'space', 'other']
/** One more than the place in that list, by UTF-16 code; each is found when it first occurs. */
const kinds = new Uint8Array(0x10000)

/** Class of the character that is, or begins with, the code at a place. */
export function kindAt(text: string, at: number): CharacterKind {
  const code = text.charCodeAt(at)
  if ((code & 0xf800) === 0xd800) return findKind(String.fromCodePoint(text.codePointAt(at)!))
  return KINDS[(kinds[code] ||= KINDS.indexOf(findKind(text[at]!)) + 1) - 1]!
}

export const isLatinLetter = (code: number): boolean => (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a)

export function makePart(label: Label, text: string): Part {
  return { label, text, length: codePointLength(text) }
}

/**
 * Cuts a text without white space at its ends at every change of character class. Each mark and each line break that
 * follows others is its own run.
 */
export function* cutRuns(text: string): Generator<{ kind: RunKind; text: string }> {
  let kind: RunKind = 'other'
  let start = 0
  let isAfterSpace = true
  for (let at = 0; at < text.length; at += text.codePointAt(at)! > 0xffff ? 2 : 1) {
    const next = kindAt(text, at)
    // An apostrophe after a letter belongs to the word.
    const joins = next === 'space' || (text.charCodeAt(at) === APOSTROPHE && !isAfterSpace)
    isAfterSpace = next === 'space' || next === 'newline'
    if (joins || (next === kind && next !== 'punctuation' && next !== 'newline')) continue
    if (at > start) yield { kind, text: text.slice(start, at) }
    kind = next
    start = at
  }
  if (start < text.length) yield { kind, text: text.slice(start) }
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
