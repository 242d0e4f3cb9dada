import { OptionTypeError } from '../errors.js'

/** Text that comes in pieces of any length, such as a language model's answer. */
export type TextStream = AsyncIterable<string> | Iterable<string>

/** Marks that end a sentence wherever they stand; a full stop does before white space. */
const END_MARKS = new Set('!?。！？…\n')
const CLOSING_MARKS = new Set('"\'”’」』）)]》')
const SHORTEST_SENTENCE = 5
const OPENING_TAG = /<(?:lang|phoneme)\b/g
const CLOSING_TAG = /<\/(?:lang|phoneme)\s*>/g

const isSpace = (character: string): boolean => /\s/.test(character)

/** Index behind the first sentence of `text`, or 0 while more may still belong to it. */
function sentenceEnd(text: string, from: number): number {
  for (let index = from; index < text.length; index++) {
    const character = text[index]!
    const isEnd = END_MARKS.has(character) || (character === '.' && isSpace(text[index + 1] ?? ''))
    if (!isEnd) continue
    let end = index + 1
    while (end < text.length && (END_MARKS.has(text[end]!) || CLOSING_MARKS.has(text[end]!))) end++
    if (end < text.length) return end // marks at the end of what is there may go on
    return 0
  }
  return 0
}

/** A marked span is read as a whole. */
function isClosed(text: string): boolean {
  return (text.match(OPENING_TAG)?.length ?? 0) <= (text.match(CLOSING_TAG)?.length ?? 0)
}

/**
 * The sentences of a text that is still being written, each as soon as the character after its end is there. One of fewer
 * than five characters stays with the next. Joined, they are the text.
 */
export async function* sentencesOf(text: TextStream): AsyncGenerator<string> {
  let waiting = ''
  for await (const part of text) {
    if (typeof part !== 'string')
      throw new OptionTypeError(`expected pieces of text but received one of type ${typeof part}`)
    // Only an end that the new part completes is looked for: what is waiting holds none but its last marks.
    let from = Math.max(0, waiting.length - SHORTEST_SENTENCE)
    waiting += part
    for (let end = sentenceEnd(waiting, from); end > 0; end = sentenceEnd(waiting, from)) {
      const sentence = waiting.slice(0, end)
      if ([...sentence.trim()].length < SHORTEST_SENTENCE || !isClosed(sentence)) {
        from = end
        continue
      }
      yield sentence
      waiting = waiting.slice(end)
      from = 0
    }
  }
  if (waiting !== '') yield waiting
}
