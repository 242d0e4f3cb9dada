import { encodeSamples } from '../../audio/index.js'
import { type SpokenWord, Timeline, timingsOf } from '../../speech/index.js'
import type { SpeechChunk } from '../../types.js'
import { errorBody } from '../dialects/openai.js'
import type { SpokenPart } from '../speaker.js'

/** The lines of JSON that `/api/speak` answers with: one for each part of a sentence, then the sum or an error. */
export class SpeechLines {
  #seconds = 0
  #index = 0
  readonly #warnings: string[] = []
  /** Of the sentence whose last part has not come. */
  #chunks: SpeechChunk[] = []
  #start = 0

  part(part: SpokenPart): string {
    const { samples, sampleRate, chunk, pauseSeconds } = part
    const start = this.#seconds
    if (this.#chunks.length === 0) this.#start = start
    if (chunk) this.#chunks.push({ ...chunk, samples, sampleRate }) // as it is heard, at the rate of the whole
    this.#seconds += samples.length / sampleRate
    this.#warnings.push(...(chunk?.warnings ?? []))
    const last = chunk?.last ?? true
    const line = {
      ...{ type: 'sentence', index: this.#index, last, text: chunk?.text ?? '' },
      ...{ start, end: this.#seconds - pauseSeconds, words: last ? this.#words(pauseSeconds) : [] },
      ...{ sampleRate, samples: Buffer.from(encodeSamples(samples).buffer).toString('base64') }
    }
    if (last) this.#index++
    return written(line)
  }

  done(seed: number): string {
    return written({ type: 'done', seconds: this.#seconds, seed, warnings: this.#warnings })
  }

  error(error: unknown): string {
    return written({ type: 'error', ...errorBody(error) })
  }

  /** When each word of the sentence is spoken, in seconds of the whole. */
  #words(pauseSeconds: number): readonly SpokenWord[] {
    const timeline = new Timeline(pauseSeconds, this.#start)
    for (const chunk of this.#chunks) timeline.add(chunk)
    this.#chunks = []
    const sentence = timeline.end()
    return sentence ? (timingsOf([sentence]).sentences[0]?.words ?? []) : []
  }
}

function written(line: object): string {
  return `${JSON.stringify(line)}\n`
}
