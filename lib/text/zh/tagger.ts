import type { Dictionary } from './dictionary.js'
import { TagModel } from './tag-model.js'
import { isHan } from '../han-words/trie.js'

export interface TaggedWord {
  readonly text: string
  /** Part of speech in the dictionary's letters; `x` for a mark. */
  readonly tag: string
}

/** Longer sentences are read in parts: their words would need memory by the hundred megabytes. */
const longestPart = 2000
/** More characters than any dictionary word has. */
const lookahead = 32

/** Cuts a sentence of Han characters and marks into words with parts of speech. */
export class Tagger {
  readonly #model = new TagModel()

  constructor(readonly dictionary: Dictionary) {}

  /** Adds the parts of an overlong sentence, each ending with a word of the dictionary; any other sentence as it is. */
  addParts(sentence: string, parts: string[]): void {
    let start = 0
    while (sentence.length - start > longestPart) {
      const end = this.#partEnd(sentence, start)
      parts.push(sentence.slice(start, end))
      start = end
    }
    parts.push(sentence.slice(start))
  }

  #partEnd(sentence: string, from: number): number {
    const ends = this.dictionary.bestRoute(
      sentence,
      from,
      Math.min(sentence.length, from + longestPart + lookahead),
      'longer'
    )
    let lastWordEnd = -1
    let start = from
    for (let end = ends[0]!; end <= from + longestPart; end = ends[start - from]!) {
      if (end - start > 1) lastWordEnd = end
      start = end
    }
    return lastWordEnd > 0 ? lastWordEnd : start
  }

  cut(sentence: string): TaggedWord[] {
    const words: TaggedWord[] = []
    for (let start = 0; start < sentence.length;) {
      let end = start
      while (end < sentence.length && isWordCharacter(sentence.charCodeAt(end))) end++
      if (end > start) this.#cutStretch(sentence, start, end, words)
      else words.push({ text: sentence[end++]!, tag: 'x' })
      start = end
    }
    return words
  }

  /** Words of two and more characters come from the dictionary; single ones are gathered and looked at together. */
  #cutStretch(sentence: string, from: number, to: number, words: TaggedWord[]): void {
    const ends = this.dictionary.bestRoute(sentence, from, to, 'longer')
    let gathered = from
    for (let start = from; start < to;) {
      const end = ends[start - from]!
      if (end - start > 1) {
        this.#cutGathered(sentence.slice(gathered, start), words)
        const text = sentence.slice(start, end)
        words.push({ text, tag: this.dictionary.tagOf(text) })
        gathered = end
      }
      start = end
    }
    this.#cutGathered(sentence.slice(gathered, to), words)
  }

  #cutGathered(run: string, words: TaggedWord[]): void {
    if (run.length > 1 && !this.dictionary.has(run)) this.#cutUnknown(run, words)
    else for (const char of run) words.push({ text: char, tag: this.dictionary.tagOf(char) })
  }

  /** A full stop takes part in the route, as points do in upstream, and is tagged as a number. */
  #cutUnknown(run: string, words: TaggedWord[]): void {
    for (let start = 0; start < run.length;) {
      let end = start
      while (end < run.length && isHan(run.charCodeAt(end))) end++
      if (end > start) for (const word of this.#model.cut(run.slice(start, end))) words.push(word)
      if (end < run.length) words.push({ text: run[end]!, tag: 'm' })
      start = end + 1
    }
  }
}

export const isWordCharacter = (code: number): boolean => isHan(code) || code === 0x2e
