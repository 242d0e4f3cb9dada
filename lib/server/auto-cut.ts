const SENTENCE_END = /(?<=[。！？!?；;…\n]|\.(?=\s|$))/u
const CLAUSE_END = /(?<=[，,、：:—])/u
const WORD_END = /(?<=\s)/u

/**
 * Cuts a text into pieces of at most `longest` code points: at the ends of sentences, a longer one at its clauses, a
 * longer one still between words, and at last anywhere. Neighbours that fit together stay together, except across lines.
 */
export function autoCut(text: string, longest: number): string[] {
  return text
    .split('\n')
    .flatMap((line) => packed(line, [SENTENCE_END, CLAUSE_END, WORD_END], longest))
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '')
}

function packed(text: string, ends: readonly RegExp[], longest: number): string[] {
  if (count(text) <= longest) return [text]
  const [end, ...finer] = ends
  if (!end) return slices(text, longest)
  const pieces: string[] = []
  let running = ''
  let length = 0
  for (const part of text.split(end)) {
    const size = count(part)
    if (length + size > longest && running !== '') {
      pieces.push(running)
      running = ''
      length = 0
    }
    if (size > longest) pieces.push(...packed(part, finer, longest))
    else {
      running += part
      length += size
    }
  }
  if (running !== '') pieces.push(running)
  return pieces
}

function slices(text: string, longest: number): string[] {
  const characters = [...text]
  return Array.from({ length: Math.ceil(characters.length / longest) }, (_, index) =>
    characters.slice(index * longest, (index + 1) * longest).join('')
  )
}

function count(text: string): number {
  return [...text].length
}
