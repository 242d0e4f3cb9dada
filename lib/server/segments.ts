import { numberRules, type SynthesisOptions } from '../options.js'
import { parseSsml, type SpeechSegment } from '../ssml/index.js'
import type { Casting, Part } from './casting.js'
import { RequestError } from './failure.js'
import type { SpeechRequest, VoiceChoice } from './speech-request.js'

/** A stretch of a request in one voice, or of silence. */
export type Segment =
  | { readonly kind: 'speech'; readonly text: string; readonly part: Part; readonly options: SynthesisOptions }
  | { readonly kind: 'silence'; readonly seconds: number }

/**
 * What a request speaks, in order; every voice and recording is found before anything is spoken.
 * @throws {SsmlError} and what finding a voice throws.
 */
export async function segmentsOf(request: SpeechRequest, casting: Casting): Promise<Segment[]> {
  const { task, voice, options } = request
  if (task.kind === 'text') return [{ kind: 'speech', text: task.text, part: await casting.find(voice), options }]
  const segments = parseSsml(task.ssml)
  if (segments.length === 0) throw new RequestError(400, 'SSML is empty')
  return Promise.all(
    segments.map(async (segment): Promise<Segment> => {
      if (segment.kind === 'silence') return segment
      const part = await casting.find(voiceOf(segment, voice))
      return { kind: 'speech', text: segment.text, part, options: optionsOf(segment, options) }
    })
  )
}

/** A voice that the document names comes with its own recordings; an emotion alone is one of the request's voice. */
function voiceOf({ voice, emotion }: SpeechSegment, asked: VoiceChoice): VoiceChoice {
  const { lenient } = asked
  if (voice !== undefined)
    return { character: voice, ...(emotion !== undefined && { emotion }), ...(lenient && { lenient }) }
  if (emotion === undefined) return asked
  const { character } = asked
  return { ...(character !== undefined && { character }), emotion, ...(lenient && { lenient }) }
}

function optionsOf({ language, speed }: SpeechSegment, options: SpeechRequest['options']): SynthesisOptions {
  const { min, max } = numberRules.speed
  const tempo = Math.min(max, Math.max(min, (options.speed ?? 1) * speed))
  return { ...options, speed: tempo, ...(language && { language }) }
}
