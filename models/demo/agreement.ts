// Says every line of a text file with the likeliest tokens in each precision, and counts how often they are those of fp32.
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { GptSovits } from '../../lib/index.js'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { voice: { type: 'string', default: 'demo' } }
})
const [input] = positionals
if (input === undefined) throw new Error('usage: tsx models/demo/agreement.ts SENTENCES [--voice demo]')
const texts = (await readFile(input, 'utf8')).split('\n').filter(Boolean)

async function tokensOf(precision: 'fp32' | 'fp16' | 'int8'): Promise<string[]> {
  const tts = new GptSovits({ voice: values.voice, precision })
  const said: string[] = []
  for (const text of texts) {
    const { sentences } = await tts.synthesize(text, undefined, { topK: 1, seed: 1 })
    said.push(sentences.map(({ tokens }) => tokens.join(' ')).join('\n'))
  }
  await tts.dispose()
  return said
}

const exact = await tokensOf('fp32')
for (const precision of ['fp16', 'int8'] as const) {
  const said = await tokensOf(precision)
  const same = said.filter((tokens, index) => tokens === exact[index]).length
  console.log(`${precision}: the tokens of fp32 in ${same} of ${texts.length} sentences`)
}
