import { parentPort, workerData } from 'node:worker_threads'
import { GptSovits } from 'gpt-sovits'

const tts = new GptSovits({ voice: workerData.voice })

parentPort.on('message', async ({ text, out, end }) => {
  if (end) {
    await tts.dispose()
    parentPort.close()
    return
  }
  try {
    const speech = await tts.synthesize(text, undefined, { seed: 1 })
    await speech.toFile(out)
    parentPort.postMessage({ written: out, seconds: speech.duration })
  } catch (error) {
    parentPort.postMessage({ error: `${error.message} (${error.code})` })
  }
})
