import type { GptSovits } from '../gpt-sovits.js'
import type { PreparedReference } from '../reference.js'
import type { SynthesisOptions } from '../options.js'
import { streamSsml } from '../ssml/index.js'
import type { ReferenceInput, SpeechChunk } from '../types.js'
import type { Sink } from './sinks/sink.js'

/** What is spoken, by whom. */
export interface SpeechTask {
  readonly tts: GptSovits
  /** Without one: the voice's own. */
  readonly reference: ReferenceInput | PreparedReference | undefined
  readonly text: string
  readonly isSsml: boolean
  readonly options: SynthesisOptions
}

/** What came of it. */
export interface SpeechSummary {
  readonly duration: number
  readonly sampleRate: number
  readonly sentences: number
  readonly warnings: readonly string[]
}

/** Speaks into the sinks, a chunk at a time: memory does not grow with the text's sound. */
export async function runSpeech(task: SpeechTask, sinks: readonly Sink[]): Promise<SpeechSummary> {
  let samples = 0
  let sampleRate = 0
  let sentences = 0
  const warnings: string[] = []
  try {
    for await (const chunk of chunksOf(task)) {
      for (const sink of sinks) await sink.take(chunk)
      samples += chunk.samples.length
      sampleRate = chunk.sampleRate
      sentences = Math.max(sentences, chunk.sentence + 1)
      warnings.push(...chunk.warnings)
      if (chunk.truncated) warnings.push(`a sentence was cut off at the length limit: ${chunk.text}`)
    }
    for (const sink of sinks) await sink.finish()
  } finally {
    for (const sink of sinks) await sink.abandon()
  }
  return { duration: samples / sampleRate, sampleRate, sentences, warnings }
}

function chunksOf({ tts, reference, text, isSsml, options }: SpeechTask): AsyncIterable<SpeechChunk> {
  return isSsml ? streamSsml(text, () => ({ tts, reference }), options) : tts.stream(text, reference, options)
}
