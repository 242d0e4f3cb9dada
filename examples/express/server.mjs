import express from 'express'
import { audioFormats, createEncoder, GptSovits, GptSovitsError } from 'gpt-sovits'

const [voice = 'demo', port = '3000'] = process.argv.slice(2)
const tts = new GptSovits({ voice })
const { sampleRate } = await tts.ready

const app = express()
app.use(express.json({ limit: '100kb' }))

// curl localhost:3000/speak -H 'content-type: application/json' -d '{"text":"Hello.","format":"mp3"}' -o hello.mp3
app.post('/speak', async (request, response) => {
  const { text, format = 'mp3' } = request.body ?? {}
  if (typeof text !== 'string' || !Object.hasOwn(audioFormats, format)) {
    response.status(400).json({ error: `give a text, and a format of ${Object.keys(audioFormats).join(', ')}` })
    return
  }
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  let encoder
  try {
    encoder = await createEncoder(format, { sampleRate, streaming: true })
    for await (const { samples } of tts.stream(text, undefined, { signal: gone.signal })) {
      // The head goes out with the first sentence: an error before it still has a status.
      if (!response.headersSent) response.type(encoder.mimeType)
      response.write(await encoder.write(samples))
    }
    response.end(await encoder.end())
  } catch (error) {
    if (gone.signal.aborted) return
    if (response.headersSent) response.destroy()
    else response.status(error instanceof GptSovitsError ? 400 : 500).json({ error: error.message, code: error.code })
  } finally {
    encoder?.close()
  }
})

const server = app.listen(Number(port), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`)
})
process.on('SIGTERM', () => {
  server.close(() => void tts.dispose())
  server.closeAllConnections()
})
