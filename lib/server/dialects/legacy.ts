import { type Static, Type } from '@sinclair/typebox'
import type { LanguageMode } from '../../text/index.js'
import { languageOfName } from '../../voices/index.js'
import { invalidJson, readLax, wrongBody } from '../coercion/pydantic.js'
import type { Dialect, DialectRequest, DialectSettings, Outcome, Reply } from '../dialect.js'
import { failureHeaders, failureOf, RequestError } from '../failure.js'
import type { SpeechRequest } from '../speech-request.js'

/** Parameters of `/` as upstream's `api.py` has them. */
export const legacySchema = Type.Object({
  refer_wav_path: Type.Optional(Type.String({ description: 'default: the one of /change_refer' })),
  prompt_text: Type.Optional(Type.String()),
  prompt_language: Type.Optional(Type.String()),
  text: Type.Optional(Type.String({ description: 'required' })),
  text_language: Type.Optional(Type.String({ description: 'required' })),
  cut_punc: Type.Optional(Type.String({ description: 'marks after which the text is cut' })),
  top_k: Type.Integer({ default: 15 }),
  top_p: Type.Number({ default: 1 }),
  temperature: Type.Number({ default: 1 }),
  speed: Type.Number({ default: 1 }),
  inp_refs: Type.Optional(Type.Array(Type.String(), { description: 'more recordings whose style is averaged' })),
  sample_steps: Type.Integer({ default: 32, description: 'v3 and v4' }),
  if_sr: Type.Boolean({ default: false, description: 'to 48 kHz, v3' })
})

type Fields = Static<typeof legacySchema>

// Others are taken for the last one, as the original does.
function stepsOf(asked: number, voiceVersion: string): number {
  const [known, otherwise] = voiceVersion === 'v4' ? [[4, 8, 16, 32], 8] : [[4, 8, 16, 32, 64, 128], 32]
  return known.includes(asked) ? asked : otherwise
}

export const legacy: Dialect = { parse, render }

function parse(request: DialectRequest, settings: DialectSettings): SpeechRequest {
  const fields = read(request)
  const { text, text_language, cut_punc: marks, top_k: topK, top_p: topP, temperature, speed } = fields
  if (!text || text.trim() === '') throw wrong('text is required')
  const more = fields.inp_refs?.filter((path) => path !== '') ?? []
  return {
    task: { kind: 'text', text: marks ? cutAt(text, marks) : text },
    voice: { reference: { ...referenceOf(fields, settings), ...(more.length > 0 && { more }), ifAbsent: 'error' } },
    options: {
      language: languageOf(text_language ?? '', 'text_language'),
      cut: 'cut0',
      topK,
      topP,
      temperature,
      speed,
      sampleSteps: stepsOf(fields.sample_steps, settings.voiceVersion),
      ...(fields.if_sr && settings.voiceVersion === 'v3' && { superSampling: true })
    },
    chunks: 'sentence',
    output: { format: 'wav', streaming: false, wavSizes: 'zero' },
    cached: false
  }
}

function read({ method, query, body }: DialectRequest): Fields {
  if (method === 'POST' && body.kind === 'invalid') throw unprocessable([invalidJson(body.reason)])
  const single = (key: string, values: readonly string[]): unknown => (key === 'inp_refs' ? values : values.at(-1))
  const fromQuery = Object.fromEntries(Object.entries(query).map(([key, values]) => [key, single(key, values)]))
  const source = method === 'GET' ? fromQuery : body.kind === 'json' ? body.value : undefined
  if (typeof source !== 'object' || source === null || Array.isArray(source)) throw unprocessable([wrongBody(source)])
  const { value, errors } = readLax(
    legacySchema,
    source as Record<string, unknown>,
    method === 'GET' ? 'query' : 'body'
  )
  if (errors.length > 0) throw unprocessable(errors)
  return value
}

// All three of a recording's fields, or the recording that was set before.
function referenceOf(
  fields: Fields,
  { reference }: DialectSettings
): { path: string; text?: string; language: LanguageMode } {
  const { refer_wav_path: path, prompt_text: text, prompt_language: language } = fields
  if (path && text && language) return { path, text, language: languageOf(language, 'prompt_language') }
  if (!reference) throw wrong('no reference recording was given, and none was set')
  const { text: said, language: spoken } = reference
  return {
    path: reference.path,
    ...(said && { text: said }),
    language: languageOf(spoken ?? 'auto', 'prompt_language')
  }
}

function languageOf(name: string, field: string): LanguageMode {
  const language = languageOfName(name)
  if (language) return language
  throw wrong(`${field} is ${JSON.stringify(name.slice(0, 40))}, which is no language`)
}

function cutAt(text: string, marks: string): string {
  const ends = new Set(marks)
  return [...text].map((character) => (ends.has(character) ? `${character}\n` : character)).join('')
}

function wrong(message: string): RequestError {
  return new RequestError(400, message, { code: 400, message })
}

function unprocessable(detail: readonly unknown[]): RequestError {
  return new RequestError(422, 'a parameter has the wrong type', { detail })
}

function render(outcome: Outcome): Reply {
  if (outcome.kind === 'audio') return { status: 200, headers: { 'content-type': outcome.mimeType } }
  const failure = failureOf(outcome.error)
  const headers = failureHeaders(failure)
  if (outcome.error instanceof RequestError && outcome.error.body !== undefined) {
    return { status: failure.status, headers, json: outcome.error.body }
  }
  const status = failure.status === 500 ? 400 : failure.status
  return { status, headers, json: { code: status, message: failure.message } }
}
