/** What the worker is given. */
export interface WorkerInput {
  /** URL of the decoder's module. */
  readonly module: string
  readonly decoder: string
  readonly bytes: Uint8Array
}

export interface DecodedStep {
  readonly channels: readonly Float32Array[]
  readonly sampleRate: number
  /** Of FLAC; other decoders know none. */
  readonly bitDepth?: number
  readonly faults: number
}

/** What the worker sends: `ready` once, then one message a step of decoding, then `done` or `failed`. */
export type WorkerMessage =
  | { readonly kind: 'ready' | 'done' }
  | {
      readonly kind: 'decoded'
      readonly channels: Float32Array[]
      readonly sampleRate: number
      readonly faults: number
    }
  | { readonly kind: 'failed'; readonly message: string }

/**
 * The worker is a text, since a file would have to be found from the ESM build, the CommonJS build and from TypeScript
 * run as it is. It is CommonJS; the decoders are ES modules and are imported by URL.
 * A step is a kilobyte: of FLAC or Opus silence, even that can stand for 70 MB of samples.
 */
export const workerSource = `
'use strict'
const { parentPort, workerData } = require('node:worker_threads')
const STEP = 1024
// The decoders print what they find wrong; the faults are counted instead.
for (const print of ['log', 'warn', 'error']) console[print] = () => undefined

function send(decoded) {
  const channels = decoded.samplesDecoded > 0 ? decoded.channelData : []
  const buffers = [...new Set(channels.map((channel) => channel.buffer))]
  const { sampleRate, bitDepth, errors } = decoded
  parentPort.postMessage({ kind: 'decoded', channels, sampleRate, bitDepth, faults: errors.length }, buffers)
}

async function decode({ module, decoder: name, bytes }) {
  const decoder = new (await import(module))[name]()
  await decoder.ready
  parentPort.postMessage({ kind: 'ready' })
  for (let at = 0; at < bytes.length; at += STEP) send(await decoder.decode(bytes.subarray(at, at + STEP)))
  if (decoder.flush) send(await decoder.flush())
  parentPort.postMessage({ kind: 'done' })
}

decode(workerData).catch((error) => parentPort.postMessage({ kind: 'failed', message: String(error && error.message) }))
`
