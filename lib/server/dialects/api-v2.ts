import { type Static, Type } from '@sinclair/typebox'
import type { AudioFormat } from '../../audio/index.js'
import { type ChunkMode, chunkRules, cutMethods } from '../../options.js'
import { type CutMethod, LANGUAGE_MODES, type LanguageMode } from '../../text/index.js'
import { type FieldError, invalidJson, readLax, wrongBody } from '../coercion/pydantic.js'
import type { Dialect, DialectRequest, DialectSettings, Outcome, Reply } from '../dialect.js'
import { failureHeaders, failureOf, RequestError } from '../failure.js'
import type { SpeechRequest } from '../speech-request.js'

/** Parameters of `/tts` as upstream's `api_v2.py` has them, in its order. */
export const apiV2Schema = Type.Object({
  text: Type.Optional(Type.String({ description: 'required' })),
  text_lang: Type.Optional(Type.String({ description: 'required' })),
  ref_audio_path: Type.Optional(
    Type.String({ description: 'required: a path on the server under an allowed folder, or `upload:` and an id' })
  ),
  aux_ref_audio_paths: Type.Optional(
    Type.Array(Type.String(), { description: 'more recordings whose style is averaged' })
  ),
  prompt_lang: Type.Optional(Type.String({ description: 'required: language of `prompt_text`' })),
  prompt_text: Type.String({ default: '', description: 'what the recording says' }),
  top_k: Type.Integer({ default: 15 }),
  top_p: Type.Number({ default: 1 }),
  temperature: Type.Number({ default: 1 }),
  text_split_method: Type.String({ default: 'cut5', description: '`cut0` to `cut5`' }),
  batch_size: Type.Integer({ default: 1, description: 'accepted; the engine batches by itself' }),
  batch_threshold: Type.Number({ default: 0.75, description: 'accepted' }),
  split_bucket: Type.Boolean({ default: true, description: 'accepted' }),
  speed_factor: Type.Number({ default: 1 }),
  fragment_interval: Type.Number({ default: 0.3, description: 'seconds of silence after each fragment' }),
  seed: Type.Integer({ default: -1, description: '-1 is random' }),
  media_type: Type.String({ default: 'wav', description: 'wav, raw, ogg, aac, mp3, flac, opus' }),
  streaming_mode: Type.Union([Type.Boolean(), Type.Integer()], {
    default: false,
    description: '0 or false: whole; 1 or true: sentence by sentence; 2, 3: as tokens are made'
  }),
  parallel_infer: Type.Boolean({ default: true, description: 'accepted' }),
  repetition_penalty: Type.Number({ default: 1.35 }),
  sample_steps: Type.Integer({ default: 32, description: 'v3 and v4' }),
  super_sampling: Type.Boolean({ default: false, description: 'to 48 kHz, v3' }),
  overlap_length: Type.Integer({ default: 2, description: 'of modes 2 and 3' }),
  min_chunk_length: Type.Integer({ default: 16, description: 'of modes 2 and 3' })
})

type Fields = Static<typeof apiV2Schema>

/** Keys of `/tts` that only this dialect has. */
export const apiV2Keys: ReadonlySet<string> = new Set([
  'prompt_lang',
  'text_split_method',
  'media_type',
  'streaming_mode',
  'aux_ref_audio_paths',
  'batch_threshold',
  'split_bucket',
  'fragment_interval',
  'sample_steps',
  'super_sampling',
  'overlap_length',
  'min_chunk_length'
])

const formats: Readonly<Record<string, AudioFormat>> = {
  wav: 'wav',
  raw: 'pcm',
  ogg: 'ogg',
  aac: 'aac',
  mp3: 'mp3',
  flac: 'flac',
  opus: 'opus'
}

const modes: readonly (ChunkMode | undefined)[] = [undefined, 'sentence', 'token', 'fixed-token']

export const apiV2: Dialect = { parse, render }

function parse(request: DialectRequest, settings: DialectSettings): SpeechRequest {
  const fields = read(request)
  check(fields, settings)
  const mode = Number(fields.streaming_mode)
  if (!(mode in modes)) {
    throw wrong('the value of streaming_mode must be 0, 1, 2, 3(int) or true/false(bool)')
  }
  const { text = '', ref_audio_path: path = '', prompt_text, seed, media_type: media } = fields
  const chunks = modes[mode]
  const more = fields.aux_ref_audio_paths?.filter((each) => typeof each === 'string' && each !== '') ?? []
  return {
    task: { kind: 'text', text },
    voice: {
      reference: {
        path,
        ...(prompt_text.trim() !== '' && { text: prompt_text }),
        language: languageOf(fields.prompt_lang),
        ...(more.length > 0 && { more }),
        ifAbsent: 'error'
      }
    },
    options: {
      language: languageOf(fields.text_lang),
      cut: fields.text_split_method as CutMethod,
      topK: fields.top_k,
      topP: fields.top_p,
      temperature: fields.temperature,
      repetitionPenalty: fields.repetition_penalty,
      speed: fields.speed_factor,
      pause: fields.fragment_interval,
      sampleSteps: fields.sample_steps,
      // The original leaves the speech of other versions as it is.
      ...(fields.super_sampling && settings.voiceVersion === 'v3' && { superSampling: true }),
      ...(mode >= 2 && upstreamChunks(fields)),
      ...(seed >= 0 && { seed })
    },
    chunks: chunks ?? 'sentence',
    output: {
      format: formats[media] as AudioFormat,
      streaming: chunks !== undefined,
      wavSizes: settings.wavStreamSize === 'unknown' ? 'unknown' : 'zero',
      chained: media === 'ogg' || media === 'opus'
    },
    cached: false
  }
}

// Parts of sentences as upstream's; lengths outside our ranges are taken to their ends.
function upstreamChunks({ min_chunk_length, overlap_length }: Fields) {
  const within = (value: number, { min, max }: { min: number; max: number }): number =>
    Math.min(Math.max(value, min), max)
  return {
    chunkTokens: within(min_chunk_length, chunkRules.chunkTokens),
    overlapTokens: within(overlap_length, chunkRules.overlapTokens),
    exactChunks: false
  }
}

function read({ method, query, body }: DialectRequest): Fields {
  if (method === 'POST' && body.kind === 'invalid') throw unprocessable([invalidJson(body.reason)])
  const source = method === 'GET' ? fromQuery(query) : body.kind === 'json' ? body.value : undefined
  if (typeof source !== 'object' || source === null || Array.isArray(source)) throw unprocessable([wrongBody(source)])
  const { value, errors } = readLax(apiV2Schema, source as Record<string, unknown>, method === 'GET' ? 'query' : 'body')
  if (errors.length > 0) throw unprocessable(errors)
  return value
}

function fromQuery(query: DialectRequest['query']): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(query).map(([key, values]) => [key, key === 'aux_ref_audio_paths' ? values : values.at(-1)])
  )
}

// In the order in which the original looks at them, so that the first complaint is the same.
function check(fields: Fields, { voiceVersion }: DialectSettings): void {
  if (!fields.ref_audio_path) throw wrong('ref_audio_path is required')
  if (!fields.text || fields.text.trim() === '') throw wrong('text is required')
  for (const name of ['text_lang', 'prompt_lang'] as const) {
    const language = fields[name]
    if (!language) throw wrong(`${name} is required`)
    const spoken: readonly string[] = LANGUAGE_MODES[voiceVersion === 'v1' ? 'v1' : 'v2']
    if (!spoken.includes(language.toLowerCase())) {
      throw wrong(`${name}: ${language} is not supported in version ${voiceVersion}`)
    }
  }
  if (!Object.hasOwn(formats, fields.media_type)) throw wrong(`media_type: ${fields.media_type} is not supported`)
  if (!(cutMethods as readonly string[]).includes(fields.text_split_method)) {
    throw wrong(`text_split_method:${fields.text_split_method} is not supported`)
  }
}

function languageOf(name: string | undefined): LanguageMode {
  return (name ?? '').toLowerCase() as LanguageMode
}

function wrong(message: string): RequestError {
  return new RequestError(400, message, { message })
}

function unprocessable(detail: readonly FieldError[]): RequestError {
  return new RequestError(422, 'a parameter has the wrong type', { detail })
}

function render(outcome: Outcome): Reply {
  if (outcome.kind === 'audio') {
    const { format } = outcome.request.output
    return { status: 200, headers: { 'content-type': format === 'pcm' ? 'audio/raw' : outcome.mimeType } }
  }
  const { error } = outcome
  const failure = failureOf(error)
  const { status, message } = failure
  const headers = failureHeaders(failure)
  if (error instanceof RequestError && error.body !== undefined) return { status, headers, json: error.body }
  // Whatever keeps the voice from speaking is 400 in the original; what is ours alone keeps its own status.
  if (status === 401 || status === 403 || status === 413 || status === 503 || status === 504)
    return { status, headers, json: { message } }
  return { status: 400, headers, json: { message: 'tts failed', Exception: message } }
}
