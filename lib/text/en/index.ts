import { type Frontend, pronunciation, type Pronunciation, type SpokenWord } from '../language.js'
import { symbolIds } from '../symbols.js'
import { loadHomographs, type Homograph } from './dictionary.js'
import { normalizeEnglish } from './normalize.js'
import type { OpenSpellingModel } from './spelling-model.js'
import { Tagger } from './tagger.js'
import { isLetter, tokenize } from './tokenize.js'
import { Words } from './words.js'

/** Fewer phones than this get a pause in front: the voice swallows a very short beginning (upstream). */
const SHORTEST = 4

export interface EnglishOptions {
  /** Runs the network that spells unknown words out; defaults to plain JavaScript, which is slower. */
  readonly openSpelling?: OpenSpellingModel | undefined
}

class English implements Frontend {
  readonly #words: Words
  readonly #homographs = loadHomographs()
  /** Every version reads English with the symbols of v2. */
  readonly #symbols = symbolIds('v2')
  #tagger: Tagger | undefined

  constructor({ openSpelling }: EnglishOptions) {
    this.#words = new Words(openSpelling)
  }

  pronounce(text: string): Pronunciation {
    return this.pronounceParts([text])
  }

  pronounceParts(parts: readonly (string | SpokenWord)[]): Pronunciation {
    const texts: string[] = []
    const tokens: (string | SpokenWord)[] = []
    for (const part of parts) {
      const text = typeof part === 'string' ? normalizeEnglish(part) : part.text
      texts.push(text)
      if (typeof part === 'string') for (const token of tokenize(text)) tokens.push(token)
      else tokens.push(part)
    }
    const phones = this.#phones(tokens)
    return pronunciation(texts.join(''), phones.length < SHORTEST ? [',', ...phones] : phones)
  }

  #phones(tokens: readonly (string | SpokenWord)[]): string[] {
    const phones: string[] = []
    const tags = this.#tags(tokens.map((token) => (typeof token === 'string' ? token : token.text)))
    tokens.forEach((token, index) => {
      if (typeof token !== 'string') phones.push(...token.phones)
      else for (const phone of this.#read(token, tags[index])) this.#add(phone, phones)
    })
    return phones
  }

  #add(phone: string, phones: string[]): void {
    if (phone === 'UW') return
    if (phone === '<unk>') phones.push('UNK')
    else if (phone === "'") phones.push('-')
    else if (this.#symbols.has(phone)) phones.push(phone)
  }

  #read(token: string, tag: string | undefined): readonly string[] {
    const word = token.toLowerCase()
    if (!isLetter(token.charCodeAt(0))) return [word]
    if (word.length === 1) return token === 'A' ? ['EY1'] : this.#words.letter(word)
    const homograph = this.#homographs.get(word)
    return homograph && tag !== undefined ? choose(homograph, tag) : this.#words.phones(token)
  }

  /** Only homographs need their part of speech, so a text is tagged as far as its last one. */
  #tags(tokens: readonly string[]): readonly string[] {
    const last = tokens.findLastIndex((token) => this.#homographs.has(token.toLowerCase()))
    if (last < 0) return []
    this.#tagger ??= new Tagger()
    return this.#tagger.tag(tokens, last + 1)
  }
}

function choose({ tag, first, second }: Homograph, found: string): readonly string[] {
  return found.startsWith(tag) || (found.length < tag.length && tag.startsWith(found)) ? first : second
}

/** English: dictionary, names, homographs by part of speech, and a network for words that none of them has. */
export async function loadEnglish(options: EnglishOptions = {}): Promise<Frontend> {
  return new English(options)
}
