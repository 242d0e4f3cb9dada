// Speaks every line of a text file with the package's public API: OUT/000.wav ... and OUT/spoken.jsonl.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { GptSovits } from '../../lib/index.js'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    voice: { type: 'string', default: 'demo' },
    precision: { type: 'string', default: 'auto' },
    chunks: { type: 'string', default: 'sentence' }
  }
})
const [input, out] = positionals
if (input === undefined || out === undefined) {
  throw new Error('usage: tsx models/demo/speak.ts SENTENCES OUT [--voice demo] [--precision int8] [--chunks token]')
}
await mkdir(out, { recursive: true })
const tts = new GptSovits({ voice: values.voice, precision: values.precision as 'auto' })
const lines: string[] = []
for (const [index, text] of (await readFile(input, 'utf8')).split('\n').filter(Boolean).entries()) {
  const speech = await tts.synthesize(text, undefined, { seed: 1, chunks: values.chunks as 'sentence' })
  const file = `${String(index).padStart(3, '0')}.wav`
  await speech.toFile(join(out, file))
  const ended = speech.sentences.every((sentence) => !sentence.truncated)
  const seconds = speech.sentences.reduce((sum, { start, end }) => sum + end - start, 0)
  lines.push(JSON.stringify({ text, file, ended, seconds }))
}
await writeFile(join(out, 'spoken.jsonl'), `${lines.join('\n')}\n`)
await tts.dispose()
