import { isSpace } from '../characters.js'
import type { PhraseCutter } from './boundaries.js'
import { hasKana } from './detect.js'

/** Words of a text with spaces, each with the spaces after it. */
export function spacedWords(text: string): string[] {
  const words: string[] = []
  let word = ''
  let isAfterSpace = false
  for (const character of text) {
    const space = isSpace(character)
    if (isAfterSpace && !space) {
      words.push(word)
      word = ''
    }
    word += character
    isAfterSpace = space
  }
  if (word !== '') words.push(word)
  return words
}

/**
 * Phrases of a run of Han and kana: Japanese cuts first, Chinese ones in each. Kana stays with kana, and a lone
 * Han character with the Han before it, since the Chinese model cuts off single characters of Japanese words.
 */
export function* hanPhrases(text: string, japanese: PhraseCutter, chinese: PhraseCutter): Generator<string> {
  let phrase = ''
  let kana = false
  let isFirst = true
  for (const piece of japanese.cut(text)) {
    for (const next of chinese.cut(piece)) {
      const nextKana = hasKana(next)
      if (phrase === '') kana = nextKana
      const belongs = nextKana === kana && (kana || next.length === 1)
      // A first phrase of one character goes with the one after it.
      if (phrase !== '' && !belongs && !(isFirst && phrase.length === 1)) {
        yield phrase
        phrase = ''
        isFirst = false
      }
      kana = nextKana
      phrase += next
    }
  }
  if (phrase !== '') yield phrase
}
