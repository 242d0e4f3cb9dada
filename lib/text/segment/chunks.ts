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
export function hanPhrases(text: string, japanese: PhraseCutter, chinese: PhraseCutter): string[] {
  const phrases: { text: string; kana: boolean }[] = []
  for (const phrase of japanese.cut(text).flatMap((piece) => chinese.cut(piece))) {
    const kana = hasKana(phrase)
    const last = phrases.at(-1)
    if (last && last.kana === kana && (kana || phrase.length === 1)) last.text += phrase
    else phrases.push({ text: phrase, kana })
  }
  const texts = phrases.map((phrase) => phrase.text)
  return texts.length > 1 && texts[0]!.length === 1 ? [texts[0]! + texts[1]!, ...texts.slice(2)] : texts
}
