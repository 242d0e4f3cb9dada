// Reads the sentences of the corpus as the package will: a JSON line for each piece, with its text and its phone ids.
// Every other sentence is cut at its commas, since that is how texts are cut unless one says otherwise.
import { readFile, writeFile } from 'node:fs/promises'
import { frontend } from '../../lib/voice-text.js'

const [input, output] = process.argv.slice(2)
if (input === undefined || output === undefined) throw new Error('usage: tsx models/demo/phones.ts SENTENCES OUTPUT')
const text = frontend()
const sentences = (await readFile(input, 'utf8')).split('\n').filter(Boolean)
const lines: string[] = []
for (const [index, sentence] of sentences.entries()) {
  for await (const piece of text.pieces(sentence, { language: 'en', version: 'v2', cut: index % 2 ? 'cut5' : 'cut0' })) {
    lines.push(JSON.stringify({ text: piece.text, phones: piece.phones, ids: [...piece.phoneIds] }))
  }
}
await writeFile(output, `${lines.join('\n')}\n`)
process.stdout.write(`${lines.length} pieces of ${sentences.length} sentences\n`)
