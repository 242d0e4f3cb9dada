import { createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { createEncoder, GptSovits } from 'gpt-sovits'

const [voice = 'demo', out = 'answer.opus'] = process.argv.slice(2)

/** Stands in for a model; in its place put the text of your client's stream. */
async function* writtenAnswer() {
  const answer = 'Rivers carve valleys over time. Rain feeds them! Where do they end? In the sea.'
  for (const token of answer.match(/\s*\S{1,4}/g)) {
    await new Promise((resolve) => setTimeout(resolve, 10))
    yield token
  }
}

/** Whole sentences out of pieces of text, as soon as each is whole. */
async function* sentencesOf(pieces) {
  let waiting = ''
  for await (const piece of pieces) {
    waiting += piece
    for (let end; (end = waiting.search(/[.!?。！？]["')\]]?\s|[。！？\n]/)) >= 0;) {
      yield waiting.slice(0, end + 1).trim()
      waiting = waiting.slice(end + 1)
    }
  }
  if (waiting.trim() !== '') yield waiting.trim()
}

const tts = new GptSovits({ voice })
const { sampleRate } = await tts.ready
const file = createWriteStream(out)
const encoder = await createEncoder('opus', { sampleRate, streaming: true })
const begun = performance.now()
try {
  let index = 0
  for await (const sentence of sentencesOf(writtenAnswer())) {
    for await (const { samples } of tts.stream(sentence, undefined, { seed: index++ })) {
      file.write(await encoder.write(samples))
      console.log(`${((performance.now() - begun) / 1000).toFixed(1)} s: ${sentence}`)
    }
  }
  file.end(await encoder.end())
  await once(file, 'finish')
} finally {
  encoder.close()
  await tts.dispose()
}
