import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { TypeCompiler, type ValueError } from '@sinclair/typebox/compiler'
import type { AudioFormat } from '../../audio/index.js'
import { languageModes, numberRules } from '../../options.js'
import { languageOfName } from '../../voices/index.js'
import type { Dialect, DialectRequest, DialectSettings, EventFrames, Outcome, Reply } from '../dialect.js'
import { failureHeaders, failureOf, RequestError } from '../failure.js'
import type { SpeechRequest, VoiceChoice } from '../speech-request.js'

const range = (name: keyof typeof numberRules, description: string) => {
  const { min, max } = numberRules[name]
  const options = { minimum: min, maximum: max, description }
  return Type.Optional('integer' in numberRules[name] ? Type.Integer(options) : Type.Number(options))
}

/** Body of `POST /v1/audio/speech`; what OpenAI's API does not have is marked as an extension. */
export const openaiSchema = Type.Object(
  {
    model: Type.String({ minLength: 1, description: 'a name of `GET /v1/models`' }),
    input: Type.String({ minLength: 1, description: 'what is spoken' }),
    voice: Type.Union([Type.String({ minLength: 1 }), Type.Object({ id: Type.String({ minLength: 1 }) })], {
      description: 'a character, `character:emotion`, an alias, or `upload:` and the id of an uploaded recording'
    }),
    response_format: Type.Optional(
      Type.Union(
        (['mp3', 'opus', 'aac', 'flac', 'wav', 'pcm'] as const).map((name) => Type.Literal(name)),
        { default: 'mp3' }
      )
    ),
    speed: Type.Optional(Type.Number({ minimum: 0.25, maximum: 4, default: 1 })),
    stream_format: Type.Optional(Type.Union([Type.Literal('audio'), Type.Literal('sse')], { default: 'audio' })),
    instructions: Type.Optional(
      Type.String({ maxLength: 4096, description: '`emotion: NAME` selects an emotion; other words change nothing' })
    ),
    text_lang: Type.Optional(Type.String({ description: `extension: ${languageModes.join(', ')}; default auto` })),
    prompt_text: Type.Optional(Type.String({ description: 'extension: what an uploaded recording says' })),
    prompt_lang: Type.Optional(Type.String({ description: 'extension: language of prompt_text' })),
    top_k: range('topK', 'extension'),
    top_p: range('topP', 'extension'),
    temperature: range('temperature', 'extension'),
    seed: range('seed', 'extension: the same seed gives the same sound'),
    sample_rate: Type.Optional(Type.Integer({ minimum: 8000, maximum: 48000, description: 'extension: Hz' }))
  },
  { additionalProperties: false }
)

type Fields = Static<typeof openaiSchema>
type Format = Extract<AudioFormat, 'mp3' | 'opus' | 'aac' | 'flac' | 'wav' | 'pcm'>

/** Names of models that OpenAI's own clients send; all mean the one there is. */
export const openaiModels = ['gpt-sovits', 'tts-1', 'tts-1-hd', 'gpt-4o-mini-tts'] as const

/** Names of voices that OpenAI's own clients send; each means the server's own voice unless an alias says otherwise. */
export const openaiVoices: readonly string[] = [
  ...['alloy', 'ash', 'ballad', 'cedar', 'coral', 'echo', 'fable', 'marin', 'nova', 'onyx', 'sage', 'shimmer', 'verse']
]

const PCM_SAMPLE_RATE = 24000 // Hz, without a header to say so
const compiled = TypeCompiler.Compile(openaiSchema)

const frames: EventFrames = {
  delta: (bytes) => event({ type: 'speech.audio.delta', audio: Buffer.from(bytes).toString('base64') }),
  done: ({ inputTokens, outputTokens }) => {
    const usage = { input_tokens: inputTokens, output_tokens: outputTokens, total_tokens: inputTokens + outputTokens }
    return event({ type: 'speech.audio.done', usage })
  },
  error: (error) => event(errorBody(error))
}

export const openai: Dialect = { parse, render, frames }

function event(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`
}

function parse({ body }: DialectRequest, settings: DialectSettings): SpeechRequest {
  if (body.kind === 'invalid') throw wrong('the body is not valid JSON', null, 'invalid_json')
  const fields = check(body.kind === 'json' ? body.value : undefined)
  checkNames(fields, settings)
  const format: Format = fields.response_format ?? 'mp3'
  const rate = fields.sample_rate ?? (format === 'pcm' ? PCM_SAMPLE_RATE : undefined)
  const { speed, top_k: topK, top_p: topP, temperature, seed } = fields
  return {
    task: { kind: 'text', text: fields.input },
    voice: voiceOf(fields, settings),
    options: {
      language: languageOf(fields.text_lang, 'text_lang'),
      ...defined({ speed, topK, topP, temperature, seed })
    },
    chunks: 'sentence',
    output: {
      format,
      streaming: true,
      wavSizes: settings.wavStreamSize === 'zero' ? 'zero' : 'unknown',
      ...(rate !== undefined && { sampleRate: rate }),
      events: fields.stream_format === 'sse'
    },
    cached: false
  }
}

function check(body: unknown): Fields {
  if (compiled.Check(body)) return body
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw wrong('the body must be a JSON object', null, 'invalid_json')
  }
  const required = openaiSchema.required?.find((name) => !Object.hasOwn(body, name))
  if (required) throw wrong(`you must provide a ${required} parameter`, required, 'missing_required_parameter')
  const unknown = Object.keys(body).find((name) => !Object.hasOwn(openaiSchema.properties, name))
  if (unknown !== undefined)
    throw wrong(`unrecognized parameter: ${unknown.slice(0, 80)}`, unknown.slice(0, 80), 'unknown_parameter')
  const first = compiled.Errors(body).First() as ValueError
  const param = first.path.split('/')[1] ?? null
  throw wrong(`${param}: ${what(first)}`, param, 'invalid_value')
}

function what({ schema, message }: ValueError): string {
  const choices = (schema['anyOf'] as TSchema[] | undefined)?.map((member) => member['const'] as unknown)
  const isChoice = choices?.every((choice) => typeof choice === 'string')
  return isChoice ? `expected one of ${choices?.join(', ')}` : message.toLowerCase()
}

function checkNames({ model, input }: Fields, { maxInputChars }: DialectSettings): void {
  if (!(openaiModels as readonly string[]).includes(model)) {
    throw new RequestError(404, `the model '${model.slice(0, 80)}' does not exist`, {
      param: 'model',
      code: 'model_not_found'
    })
  }
  if ([...input].length > maxInputChars) {
    throw wrong(`input is longer than ${maxInputChars} characters`, 'input', 'string_above_max_length')
  }
  if (input.trim() === '') throw wrong('input is blank', 'input', 'invalid_value')
}

function voiceOf(fields: Fields, { aliases }: DialectSettings): VoiceChoice {
  const asked = typeof fields.voice === 'string' ? fields.voice : fields.voice.id
  const emotion = /^\s*emotion\s*:\s*(\S[^\n]*?)\s*$/im.exec(fields.instructions ?? '')?.[1]
  if (asked.startsWith('upload:')) {
    const language = languageOf(fields.prompt_lang, 'prompt_lang')
    return { reference: { path: asked, ...defined({ text: fields.prompt_text }), language, ifAbsent: 'error' } }
  }
  const standard = openaiVoices.includes(asked.toLowerCase()) ? '' : asked
  const name = Object.hasOwn(aliases, asked.toLowerCase()) ? (aliases[asked.toLowerCase()] as string) : standard
  const [character, own] = /^(.*):([^:]*)$/.exec(name)?.slice(1) ?? [name]
  return defined({ character: character || undefined, emotion: emotion ?? own })
}

function languageOf(name: string | undefined, param: string) {
  const language = languageOfName(name ?? 'auto')
  if (language) return language
  throw wrong(`${param}: expected one of ${languageModes.join(', ')}`, param, 'invalid_value')
}

/** An object without the fields that are undefined. */
function defined<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T
}

function wrong(message: string, param: string | null, code: string): RequestError {
  return new RequestError(400, message, { param, code })
}

const codes: Readonly<Record<number, string>> = { 413: 'request_too_large', 503: 'overloaded', 504: 'timeout' }
const params: Readonly<Record<string, { param: string; code: string }>> = {
  ERR_GSV_VOICE_NOT_FOUND: { param: 'voice', code: 'voice_not_found' },
  ERR_GSV_EMPTY_TEXT: { param: 'input', code: 'invalid_value' },
  ERR_GSV_TEXT_TOO_LONG: { param: 'input', code: 'string_above_max_length' },
  ERR_GSV_PATH_NOT_ALLOWED: { param: 'voice', code: 'path_not_allowed' }
}

/** The error object that OpenAI's clients read. */
export function errorBody(error: unknown): {
  error: { message: string; type: string; param: string | null; code: string }
} {
  const { status, code: own, message } = failureOf(error)
  const given = error instanceof RequestError ? (error.body as { param: string | null; code: string }) : params[own]
  const type = status === 429 ? 'rate_limit_exceeded' : status >= 500 ? 'server_error' : 'invalid_request_error'
  return { error: { message, type, param: given?.param ?? null, code: given?.code ?? codes[status] ?? own } }
}

function render(outcome: Outcome): Reply {
  if (outcome.kind === 'audio') {
    const isEvents = outcome.request.output.events
    return { status: 200, headers: { 'content-type': isEvents ? 'text/event-stream' : outcome.mimeType } }
  }
  const { error } = outcome
  const failure = failureOf(error)
  // A voice that is not there is the request's fault here, as in the original.
  const status = failure.code === 'ERR_GSV_VOICE_NOT_FOUND' ? 400 : failure.status
  // Clients ask again after a 500 unless told that it would be the same.
  const again: Record<string, string> = status >= 500 && status !== 503 ? { 'x-should-retry': 'false' } : {}
  return { status, headers: { ...failureHeaders(failure), ...again }, json: errorBody(error) }
}
