import { writeFile } from 'node:fs/promises'
import { GptSovits } from 'gpt-sovits'

const [voice = 'demo', out = 'hello.flac'] = process.argv.slice(2)

const tts = new GptSovits({ voice })
try {
  // The second argument is a reference, such as { audio: 'me.wav', text: 'What it says.', language: 'en' }.
  const speech = await tts.synthesize('Hello from Node. This is a cloned voice.', undefined, { seed: 1 })
  await speech.toFile(out)
  await writeFile(`${out}.srt`, speech.subtitles('srt'))
  console.log(`${out}: ${speech.duration.toFixed(1)} s`)
} finally {
  await tts.dispose()
}
