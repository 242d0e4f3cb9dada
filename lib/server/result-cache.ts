import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { LRUCache } from 'lru-cache'
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
        const { audio, more = [], ...said } = part.reference
        const recordings = await Promise.all([audio, ...more].map((file) => fileMark(String(file))))
        return { text, options, said, recordings, model: await voiceKey(part.model) }
      })
    )
    return createHash('sha256')
      .update(JSON.stringify([marks, request.output]))
      .digest('hex')
  }
}

async function fileMark(path: string): Promise<string> {
  const { size, mtimeMs, ino } = await stat(path)
  return [path, size, mtimeMs, ino].join(':')
}
