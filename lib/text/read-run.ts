import { isSpokenBy, type Languages } from './languages.js'
import {
  type Frontend,
  pronunciation,
  type Pronunciation,
  type SpokenLanguage,
  type SpokenWord,
  type SymbolVersion
} from './language.js'
import { inTurn, type Later, whenThere } from './later.js'
import type { CompiledLexicon } from './lexicon.js'
import type { TextSegment } from './piece.js'

export type RunLanguage = TextSegment['language']

/** A stretch of one language, with the words whose phones are given. */
export interface PartRun {
  readonly language: RunLanguage
  readonly parts: readonly (string | SpokenWord)[]
}

const textOf = (part: string | SpokenWord): string => (typeof part === 'string' ? part : part.text)
const isText = (part: string | SpokenWord): part is string => typeof part === 'string'

const isLanguage = (label: RunLanguage): label is SpokenLanguage => label !== 'punctuation' && label !== 'newline'

/** Turns a run into one segment, or into several where a given word parts what its frontend reads. */
export function readRun(
  { language, parts }: PartRun,
  version: SymbolVersion,
  languages: Languages,
  lexicon: CompiledLexicon | undefined
): Later<TextSegment[]> {
  if (!isLanguage(language) || !isSpokenBy(version, language)) {
    return whenThere(languages.get('en'), (english) => [pause(language, parts.map(textOf).join(''), version, english)])
  }
  return whenThere(languages.get(language), (frontend) => {
    const words = lexicon?.get(language)
    if (!words) return readParts(parts, language, version, frontend)
    if (language !== 'zh' && language !== 'yue') {
      const cut = parts.flatMap((part) => (isText(part) ? words.split(part) : part))
      return readParts(cut, language, version, frontend)
    }
    // A word given in the text itself is not looked up again.
    return whenThere(readParts(parts, language, version, frontend), (segments) =>
      segments.map((segment) => ({ ...segment, ...words.overlay(segment) }))
    )
  })
}

function readParts(
  parts: readonly (string | SpokenWord)[],
  language: SpokenLanguage,
  version: SymbolVersion,
  frontend: Frontend
): Later<TextSegment[]> {
  if (frontend.pronounceParts && !parts.every(isText)) {
    return [segmentOf(parts.map(textOf).join(''), language, frontend.pronounceParts(parts, version))]
  }
  return inTurn(parts, (part) => readPart(part, language, version, frontend))
}

function readPart(
  part: string | SpokenWord,
  language: SpokenLanguage,
  version: SymbolVersion,
  frontend: Frontend
): Later<TextSegment> {
  if (!isText(part)) return segmentOf(part.text, language, pronunciation(part.text, part.phones))
  const read = frontend.pronounceLater?.(part, version) ?? frontend.pronounce(part, version)
  return whenThere(read, (pronounced) => segmentOf(part, language, pronounced))
}

function segmentOf(
  text: string,
  language: RunLanguage,
  { normText, phones, word2ph, warnings }: Pronunciation
): TextSegment {
  return { text, language, normText, phones, word2ph, warnings }
}

/** Upstream reads a run that it has no frontend for as a blank of English, which is one pause. */
function pause(language: RunLanguage, text: string, version: SymbolVersion, english: Frontend): TextSegment {
  const segment = segmentOf(text, language, english.pronounce(' ', version))
  if (!isLanguage(language)) return segment
  return { ...segment, warnings: [`a ${version} voice does not speak ${language}: ${JSON.stringify(text)} is a pause`] }
}
