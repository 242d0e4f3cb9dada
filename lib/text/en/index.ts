import type { Frontend, Pronunciation } from '../language.js'
import { symbolIds } from '../symbols.js'
import { loadHomographs, type Homograph } from './dictionary.js'
import { normalizeEnglish } from './normalize.js'
import { Tagger } from './tagger.js'
import { tokenize } from './tokenize.js'
import { Words } from './words.js'

/** Fewer phones than this get a pause in front: the voice swallows a very short beginning (upstream). */
const SHORTEST = 4

class English implements Frontend {
  readonly #words = new Words()
  readonly #homographs = loadHomographs()
  /** Every version reads English with the symbols of v2. */
  readonly #symbols = symbolIds('v2')
  #tagger: Tagger | undefined

  pronounce(text: string): Pronunciation {
    const normText = normalizeEnglish(text)
    const phones: string[] = []
    for (const phone of this.#read(tokenize(normText))) {
      if (phone === 'UW') continue
      if (phone === '<unk>') phones.push('UNK')
      else if (phone === "'") phones.push('-')
      else if (this.#symbols.has(phone)) phones.push(phone)
    }
    return { normText, phones: phones.length < SHORTEST ? [',', ...phones] : phones }
  }

  *#read(tokens: readonly string[]): Generator<string> {
    const tags = this.#tags(tokens)
    for (const [index, token] of tokens.entries()) {
      const word = token.toLowerCase()
      const homograph = this.#homographs.get(word)
      if (!/[a-z]/.test(word)) yield word
      else if (word.length === 1) yield* token === 'A' ? ['EY1'] : this.#words.letter(word)
      else if (homograph) yield* choose(homograph, tags[index]!)
      else yield* this.#words.phones(token)
    }
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
export async function loadEnglish(): Promise<Frontend> {
  return new English()
}
