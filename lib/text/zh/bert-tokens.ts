import { CorruptModelError } from '../../errors.js'
import { readDataFile } from '../data-files.js'
import { isBertControl, isBertPunctuation, isBertWhitespace, isCjkIdeograph } from './bert-characters.js'

/** Longer words are unknown as a whole. */
const maxWordCharacters = 100

const requiredTokens = ['[UNK]', '[CLS]', '[SEP]']

/** Token ids by token, from a `vocab.txt` (a token a line) or from the vocabulary inside a `tokenizer.json`. */
export function readBertVocabulary(path: string): ReadonlyMap<string, number> {
  const text = readDataFile(path).toString('utf8')
  const vocabulary = path.endsWith('.json') ? parseTokenizerJson(path, text) : parseLines(text)
  const missing = requiredTokens.find((token) => !vocabulary.has(token))
  if (missing) throw new CorruptModelError(`${path} has no token ${missing}; it is not the vocabulary of a BERT model`)
  return vocabulary
}

function parseLines(text: string): Map<string, number> {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return new Map(lines.map((line, id) => [line.replace(/\r$/, ''), id]))
}

function parseTokenizerJson(path: string, text: string): Map<string, number> {
  try {
    const file = JSON.parse(text) as { model: { vocab: Record<string, number> } }
    return new Map(Object.entries(file.model.vocab))
  } catch (cause) {
    throw new CorruptModelError(`${path} is not a tokenizer.json with a vocabulary`, { cause })
  }
}

/** WordPiece tokens of the Chinese BERT models: cleaned, lower case, without accents, a token per Han character. */
export class BertTokenizer {
  readonly #unknown: number
  readonly #first: number
  readonly #last: number

  constructor(readonly vocabulary: ReadonlyMap<string, number>) {
    const [unknown, first, last] = requiredTokens.map((token) => vocabulary.get(token))
    if (unknown === undefined || first === undefined || last === undefined) {
      throw new CorruptModelError(`the vocabulary lacks one of ${requiredTokens.join(', ')}`)
    }
    this.#unknown = unknown
    this.#first = first
    this.#last = last
  }

  /** Ids of any text between `[CLS]` and `[SEP]`. Names of special tokens in the text are ordinary text. */
  encode(text: string): Int32Array {
    const ids = [this.#first]
    for (const word of splitWords(text)) this.#encodeWord(word, ids)
    ids.push(this.#last)
    return Int32Array.from(ids)
  }

  /** One id for each character of normalised text, between `[CLS]` and `[SEP]`: `1 + n` is that of character `n`. */
  encodeCharacters(normText: string): Int32Array {
    const ids = Array.from(normText, (char) => this.vocabulary.get(char) ?? this.#unknown)
    return Int32Array.from([this.#first, ...ids, this.#last])
  }

  /** The longest known piece first; a word with an unknown piece is unknown as a whole. */
  #encodeWord(word: string, ids: number[]): void {
    const chars = Array.from(word)
    const pieces: number[] = []
    let start = chars.length > maxWordCharacters ? -1 : 0
    while (start >= 0 && start < chars.length) {
      let end = chars.length
      let id: number | undefined
      for (; end > start && id === undefined; end--) {
        id = this.vocabulary.get((start > 0 ? '##' : '') + chars.slice(start, end).join(''))
      }
      if (id !== undefined) pieces.push(id)
      start = id === undefined ? -1 : end + 1
    }
    if (start < 0) ids.push(this.#unknown)
    else ids.push(...pieces)
  }
}

/** Cleans a text and cuts it at white space, around punctuation and around every Han character. */
function splitWords(text: string): string[] {
  const words: string[] = []
  let word = ''
  const close = () => {
    if (word !== '') words.push(word)
    word = ''
  }
  for (const char of cleaned(text)) {
    const code = char.codePointAt(0)!
    if (isBertWhitespace(code)) {
      close()
    } else if (isBertPunctuation(char)) {
      close()
      words.push(char)
    } else {
      word += char
    }
  }
  close()
  return words
}

function cleaned(text: string): string {
  let clean = ''
  for (const char of text) {
    const code = char.codePointAt(0)!
    if (isBertControl(char)) continue
    clean += isBertWhitespace(code) ? ' ' : isCjkIdeograph(code) ? ` ${char} ` : char
  }
  // Character by character: lower case by itself knows a Greek sigma at a word's end, the models' does not.
  return Array.from(clean.normalize('NFD').replace(/\p{Mn}/gu, ''), (char) => char.toLowerCase()).join('')
}

/** For each phone, the index of the character that it belongs to. */
export function charOfPhone(word2ph: readonly number[]): Int32Array {
  return Int32Array.from(word2ph.flatMap((count, char) => new Array<number>(count).fill(char)))
}
