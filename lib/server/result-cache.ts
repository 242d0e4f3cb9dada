import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { LRUCache } from 'lru-cache'
import type { ReferenceInput } from '../types.js'
import { voiceKey } from '../voices/index.js'
import type { Casting } from './casting.js'
import { segmentsOf } from './segments.js'
import type { SpeechRequest } from './speech-request.js'

const MOST_BYTES = 64 * 2 ** 20

/** Finished answers, known by everything that decides their bytes: text, networks, recording, options and format. */
export class ResultCache {
  readonly #kept = new LRUCache<string, Buffer>({
    maxSize: MOST_BYTES,
    sizeCalculation: (body) => Math.max(1, body.length)
  })

  constructor(private readonly casting: Casting) {}

  get(key: string): Buffer | undefined {
    return this.#kept.get(key)
  }

  set(key: string, body: Buffer): void {
    this.#kept.set(key, body)
  }

  /** @throws what finding the voice throws. */
  async keyOf(request: SpeechRequest): Promise<string> {
    const segments = await segmentsOf(request, this.casting)
    const marks = await Promise.all(
      segments.map(async (segment) => {
        if (segment.kind === 'silence') return segment
        const { text, part, options } = segment
        return { text, options, ...(await referenceMarks(part.reference)), model: await voiceKey(part.model) }
      })
    )
    return createHash('sha256')
      .update(JSON.stringify([marks, request.output]))
      .digest('hex')
  }
}

async function referenceMarks(reference: ReferenceInput | undefined): Promise<object> {
  if (!reference) return {}
  const { audio, more = [], ...said } = reference
  return { said: { ...said }, recordings: await Promise.all([audio, ...more].map((each) => recordingMark(each))) }
}

type Recordings = NonNullable<ReferenceInput['more']>

async function recordingMark(recording: Recordings[number]): Promise<string> {
  if (recording instanceof Uint8Array) return createHash('sha256').update(recording).digest('hex')
  if (typeof recording !== 'string') return `${await recordingMark(recording.audio)}*${recording.weight}`
  const { size, mtimeMs, ino } = await stat(recording)
  return [recording, size, mtimeMs, ino].join(':')
}
