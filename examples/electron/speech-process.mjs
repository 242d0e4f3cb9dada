import { GptSovits } from 'gpt-sovits'

const tts = new GptSovits({ voice: process.env.GSV_VOICE ?? 'demo' })

process.parentPort.on('message', async ({ data, ports: [port] }) => {
  const left = new AbortController()
  port.on('close', () => left.abort())
  port.on('message', () => left.abort()) // the window sends one message only: stop
  port.start()
  try {
    for await (const { samples, sampleRate, text } of tts.stream(data.text, undefined, { signal: left.signal })) {
      port.postMessage({ kind: 'chunk', samples, sampleRate, text })
    }
    port.postMessage({ kind: 'done' })
  } catch (error) {
    port.postMessage({ kind: 'failed', message: left.signal.aborted ? 'stopped' : error.message, code: error.code })
  } finally {
    port.close()
  }
})
