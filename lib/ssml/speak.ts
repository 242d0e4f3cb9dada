import { Resampler } from '../audio/index.js'
import { EmptyTextError, OptionTypeError } from '../errors.js'
import type { GptSovits } from '../gpt-sovits.js'
import { numberRules, resolveSynthesisOptions, type SynthesisOptions } from '../options.js'
import type { PreparedReference } from '../reference.js'
import { Speech } from '../speech/index.js'
import type { ReferenceInput, SpeechChunk } from '../types.js'
import { parseSsml } from './parse.js'
import type { SpeechSegment, SpeechStyle, SsmlLimits } from './segment.js'

/** Who speaks a segment. */
export interface SsmlSpeaker {
  readonly tts: Pick<GptSovits, 'stream'>
  /** Without one: the voice's own. */
  readonly reference?: ReferenceInput | PreparedReference | undefined
}

/** Finds the speaker of a style; the one of a style without a voice is the document's own. */
export type ChooseSpeaker = (style: SpeechStyle) => SsmlSpeaker | Promise<SsmlSpeaker>

export interface SsmlOptions extends SynthesisOptions {
  limits?: Partial<SsmlLimits>
}

/**
 * Speaks an SSML document, each segment by the speaker that `choose` names. All of it has the sample rate of the first.
 * Options are those of `synthesize`; a document's language comes before `language`, its tempo is multiplied by `speed`.
 * @throws {SsmlError} for a document that is not read.
 * @throws {EmptyTextError} nothing in it can be spoken.
 */
export async function speakSsml(ssml: string, choose: ChooseSpeaker, options: SsmlOptions = {}): Promise<Speech> {
  const { limits, ...synthesis } = options
  const { seed, pause } = resolveSynthesisOptions(synthesis)
  const chunks: SpeechChunk[] = []
  for await (const chunk of streamSsml(ssml, choose, { ...synthesis, limits, seed })) chunks.push(chunk)
  return new Speech(chunks, seed, pause)
}

/** `speakSsml` as it is spoken. A break is a chunk without text. */
export async function* streamSsml(
  ssml: string,
  choose: ChooseSpeaker,
  options: SsmlOptions = {}
): AsyncGenerator<SpeechChunk, void, undefined> {
  if (typeof choose !== 'function') throw new OptionTypeError('expected a function that chooses the speaker of a style')
  const { limits, ...synthesis } = options
  const { seed } = resolveSynthesisOptions(synthesis)
  const joined = new Joined()
  let silence = 0
  let segments = 0
  for (const segment of parseSsml(ssml, limits)) {
    if (segment.kind === 'silence') {
      silence += segment.seconds
      continue
    }
    const { tts, reference } = await choose(segment)
    const spoken = tts.stream(segment.text, reference, segmentOptions(segment, synthesis, seed + segments++))
    for await (const chunk of spoken) {
      if (silence > 0) yield joined.silence(silence, chunk)
      silence = 0
      yield joined.speech(chunk)
    }
    joined.endSegment()
  }
  if (segments === 0) throw new EmptyTextError('the document holds nothing that can be spoken')
  if (silence > 0) yield joined.silence(silence)
}

function segmentOptions(segment: SpeechSegment, options: SynthesisOptions, seed: number): SynthesisOptions {
  const { min, max } = numberRules.speed
  const speed = Math.min(max, Math.max(min, segment.speed * (options.speed ?? 1)))
  const language = segment.language ?? options.language
  return { ...options, seed: seed % Number.MAX_SAFE_INTEGER, speed, ...(language !== undefined && { language }) }
}

/** Chunks of several voices as those of one. */
class Joined {
  #sampleRate = 0
  #sentencesBefore = 0
  #sentences = 0

  silence(seconds: number, next?: SpeechChunk): SpeechChunk {
    this.#sampleRate ||= next?.sampleRate ?? 0
    const samples = new Float32Array(Math.round(seconds * this.#sampleRate))
    const nothing = { text: '', words: [], tokens: new Int32Array(0), truncated: false, attempts: 1, warnings: [] }
    return { ...nothing, last: true, samples, sampleRate: this.#sampleRate, sentence: this.#sentencesBefore }
  }

  speech(chunk: SpeechChunk): SpeechChunk {
    this.#sampleRate ||= chunk.sampleRate
    this.#sentences = Math.max(this.#sentences, chunk.sentence + 1)
    const sentence = this.#sentencesBefore + chunk.sentence
    return { ...chunk, samples: this.#resampled(chunk), sampleRate: this.#sampleRate, sentence }
  }

  endSegment(): void {
    this.#sentencesBefore += this.#sentences
    this.#sentences = 0
  }

  // A sentence ends in silence, so nothing is lost where two are resampled apart.
  #resampled({ samples, sampleRate }: SpeechChunk): Float32Array {
    if (sampleRate === this.#sampleRate) return samples
    const resampler = new Resampler(sampleRate, this.#sampleRate)
    const [first, rest] = [resampler.write(samples), resampler.end()]
    const whole = new Float32Array(first.length + rest.length)
    whole.set(first)
    whole.set(rest, first.length)
    return whole
  }
}
