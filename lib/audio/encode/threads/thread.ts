// Runs in a worker thread: encodes for the encoders of the main one.
import { parentPort } from 'node:worker_threads'
import { openCodecEncoder } from '../codec-encoder.js'
import type { AudioEncoder } from '../encoder.js'
import type { Answer, FromThread, Question, ToThread } from './messages.js'

const encoders = new Map<number, AudioEncoder>()

parentPort?.on('message', ({ encoder, ...question }: ToThread) => {
  if (question.kind === 'close') close(encoder)
  else void answer(encoder, question).then((said) => send(encoder, said))
})

async function answer(id: number, question: Question): Promise<Answer> {
  try {
    if (question.kind === 'open') return await open(id, question)
    const encoder = encoders.get(id)
    if (!encoder) return { kind: 'failed', message: 'this encoder is not open' }
    if (question.kind === 'write') return { kind: 'bytes', bytes: await encoder.write(question.samples) }
    const bytes = await encoder.end()
    encoders.delete(id)
    return { kind: 'bytes', bytes, head: encoder.head }
  } catch (error) {
    const { message, code } = error as { message: string; code?: string }
    return { kind: 'failed', message, code }
  }
}

async function open(id: number, { format, options }: Extract<Question, { kind: 'open' }>): Promise<Answer> {
  const encoder = await openCodecEncoder(format, options)
  encoders.set(id, encoder)
  return { kind: 'opened', mimeType: encoder.mimeType, sampleRate: encoder.sampleRate }
}

function close(id: number): void {
  encoders.get(id)?.close()
  encoders.delete(id)
}

function send(encoder: number, answer: Answer): void {
  const message: FromThread = { encoder, ...answer }
  // Whole buffers alone are given away: a part of one may be a view of memory that is still used.
  const own = answer.kind === 'bytes' && answer.bytes.byteLength === answer.bytes.buffer.byteLength
  parentPort?.postMessage(message, own ? [answer.bytes.buffer as ArrayBuffer] : [])
}
