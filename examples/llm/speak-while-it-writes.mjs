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

const tts = new GptSovits({ voice })
const { sampleRate } = await tts.ready
const file = createWriteStream(out)
const encoder = await createEncoder('opus', { sampleRate, streaming: true })
const begun = performance.now()
try {
  for await (const { samples, text } of tts.stream(writtenAnswer())) {
    file.write(await encoder.write(samples))
    console.log(`${((performance.now() - begun) / 1000).toFixed(1)} s: ${text}`)
  }
  file.end(await encoder.end())
  await once(file, 'finish')
} finally {
  encoder.close()
  await tts.dispose()
}
