import { SsmlError } from '../errors.js'
import type { SpeechStyle, SsmlSegment } from './segment.js'

interface Run {
  readonly text: string
  /** Of a `<lang>` inside the sentence. */
  readonly language?: string
}

const wordCharacter = /[\p{L}\p{N}]/u

/** Joins text of one style into segments, and silences with one another. */
export class SegmentCollector {
  readonly segments: SsmlSegment[] = []
  readonly #maxSilence: number
  #runs: Run[] = []
  #style: SpeechStyle = { speed: 1 }
  #silence = 0

  constructor(maxSilenceSeconds: number) {
    this.#maxSilence = maxSilenceSeconds
  }

  /** `language`: the text is spoken in it within its sentence. */
  text(text: string, style: SpeechStyle, language?: string): void {
    if (text === '') return
    if (style !== this.#style) this.endSegment()
    this.#style = style
    this.#runs.push({ text, ...(language !== undefined && { language }) })
  }

  silence(seconds: number): void {
    this.endSegment()
    this.#silence += seconds
    if (this.#silence > this.#maxSilence) {
      throw new SsmlError(`the breaks are longer than ${this.#maxSilence} s in all`)
    }
    const last = this.segments.at(-1)
    if (seconds === 0) return
    if (last?.kind === 'silence') this.segments.pop()
    this.segments.push({ kind: 'silence', seconds: seconds + (last?.kind === 'silence' ? last.seconds : 0) })
  }

  /** What follows is another sentence. */
  endSegment(): void {
    const runs = this.#runs
    this.#runs = []
    // Marks between two elements are no sentence.
    if (!runs.some(({ text }) => wordCharacter.test(text))) return
    const text = runs.map(markedRun).join('').replaceAll(/\s+/g, ' ').trim()
    this.segments.push({ kind: 'speech', text, ...this.#style })
  }
}

function markedRun({ text, language }: Run): string {
  return language !== undefined && wordCharacter.test(text) ? `<lang xml:lang="${language}">${text}</lang>` : text
}
