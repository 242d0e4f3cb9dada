import { GptSovits, type Speech } from 'gpt-sovits'

async function say(text: string, voice: string): Promise<Speech> {
  const tts = new GptSovits({ voice })
  try {
    return await tts.synthesize(text, undefined, { language: 'en', speed: 1.1 })
  } finally {
    await tts.dispose()
  }
}

async function main(voice = 'demo', out = 'hello.wav'): Promise<void> {
  const speech = await say('Hello from TypeScript.', voice)
  await speech.toFile(out)
  for (const { text, start, end } of speech.words) console.log(`${start.toFixed(2)} ${end.toFixed(2)} ${text}`)
}

void main(...process.argv.slice(2))
