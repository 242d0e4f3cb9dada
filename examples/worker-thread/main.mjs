import { Worker } from 'node:worker_threads'

const [voice = 'demo', out = 'worker.wav'] = process.argv.slice(2)

// The networks have threads of their own, so a worker is not needed for speed: it keeps what you do with the samples
// off the main thread.
const worker = new Worker(new URL('speaker.mjs', import.meta.url), { workerData: { voice } })
const ended = new Promise((resolve, reject) => worker.once('exit', resolve).once('error', reject))

worker.on('message', ({ written, seconds, error }) => {
  if (error) console.error(error)
  else console.log(`${written}: ${seconds.toFixed(1)} s`)
  worker.postMessage({ end: true })
})
worker.postMessage({ text: 'Hello from a worker thread.', out })
await ended
