import { isSpokenBy, type Languages } from './languages.js'
import type { Frontend, SpokenLanguage, SpokenWord, SymbolVersion } from './language.js'
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
export async function readRun(
  { language, parts }: PartRun,
  version: SymbolVersion,
  languages: Languages,
  lexicon: CompiledLexicon | undefined
): Promise<TextSegment[]> {
  if (!isLanguage(language) || !isSpokenBy(version, language)) {
    return [await pause(language, parts.map(textOf).join(''), version, languages)]
  }
  const frontend = await languages.get(language)
  const words = lexicon?.get(language)
  const hasCharacters = language === 'zh' || language === 'yue'
  const cut = words && !hasCharacters ? parts.flatMap((part) => (isText(part) ? words.split(part) : part)) : parts
  return (await readParts(cut, language, version, frontend)).map((segment) => {
    // A word given in the text itself is not looked up again.
    return words && hasCharacters ? { ...segment, ...words.overlay(segment) } : segment
  })
}

async function readParts(
  parts: readonly (string | SpokenWord)[],
  language: SpokenLanguage,
  version: SymbolVersion,
  frontend: Frontend
): Promise<TextSegment[]> {
  if (frontend.pronounceParts && !parts.every(isText)) {
    return [{ text: parts.map(textOf).join(''), language, ...frontend.pronounceParts(parts, version) }]
  }
  const segments: TextSegment[] = []
  for (const part of parts) {
    if (!isText(part)) {
      segments.push({ text: part.text, language, normText: part.text, phones: part.phones })
      continue
    }
    const read = frontend.pronounceLater?.(part, version) ?? frontend.pronounce(part, version)
    segments.push({ text: part, language, ...(await read) })
  }
  return segments
}

/** Upstream reads a run that it has no frontend for as a blank of English, which is one pause. */
async function pause(
  language: RunLanguage,
  text: string,
  version: SymbolVersion,
  languages: Languages
): Promise<TextSegment> {
  const english = await languages.get('en')
  const segment = { text, language, ...english.pronounce(' ', version) }
  if (!isLanguage(language)) return segment
  return { ...segment, warnings: [`a ${version} voice does not speak ${language}: ${JSON.stringify(text)} is a pause`] }
}
