import { type Static, Type } from '@sinclair/typebox'
import { isAudioFormat } from '../../audio/index.js'
import { languageOfName } from '../../voices/index.js'
import { autoCut } from '../auto-cut.js'
import { type AliasedSchema, readAliased } from '../coercion/lenient.js'
import type { Dialect, DialectRequest, DialectSettings, Outcome, Reply } from '../dialect.js'
import { failureHeaders, failureOf, RequestError } from '../failure.js'
import type { SpeechRequest, SpeechTask, VoiceChoice } from '../speech-request.js'

const aliased = (...aliases: string[]): Partial<AliasedSchema> => ({ aliases })

/** Parameters of `/tts` as litongjava/py-gpt-tts-server 2.6.1 has them. */
export const characterSchema = Type.Object({
  task_type: Type.String({ default: 'text', description: '`text` or `ssml`', ...aliased('task', 'type', 'textType') }),
  text: Type.Optional(Type.String({ description: 'what is spoken', ...aliased('txt', 'tex', 't') })),
  ssml: Type.Optional(Type.String(aliased('text', 'txt', 'tex', 't'))),
  text_language: Type.String({
    default: 'auto',
    ...aliased('lang', 'language', 'lan', 'text_lang', 'xml:lang')
  }),
  character: Type.Optional(Type.String(aliased('cha_name', 'model_name', 'cha', 'spk', 'speaker', 'name', 'role'))),
  emotion: Type.String({ default: 'default', ...aliased('character_emotion', 'style') }),
  ref_audio_path: Type.Optional(
    Type.String({ description: 'a recording in place of the emotion', ...aliased('ref_audio', 'ref_path') })
  ),
  prompt_text: Type.Optional(Type.String({ description: 'what that recording says', ...aliased('ref_text') })),
  prompt_language: Type.String({ default: 'auto', ...aliased('ref_lang') }),
  speaker_id: Type.Optional(Type.Integer({ description: 'unused, as in the original', ...aliased('id') })),
  batch_size: Type.Integer({ default: 10, description: 'accepted; the engine batches by itself', ...aliased('batch') }),
  speed: Type.Number({ default: 1, ...aliased('speed_factor', 'spd', 'rate') }),
  top_k: Type.Integer({ default: 5, ...aliased('topk') }),
  top_p: Type.Number({ default: 0.8, ...aliased('topp') }),
  temperature: Type.Number({ default: 0.8 }),
  seed: Type.Integer({ default: -1, description: '-1 is random' }),
  stream: Type.Boolean({ default: false, ...aliased('streaming') }),
  save_temp: Type.Boolean({ default: false, description: 'answer from memory when asked again', ...aliased('save') }),
  cut_method: Type.String({ default: 'auto_cut', description: '`auto_cut`, `cut0` to `cut5`', ...aliased('cut') }),
  max_cut_length: Type.Integer({ default: 50, description: 'of `auto_cut`', ...aliased('max_cut') }),
  parallel_infer: Type.Boolean({ default: true, description: 'accepted', ...aliased('parallel') }),
  repetition_penalty: Type.Number({ default: 1.35, ...aliased('rep_penalty') }),
  format: Type.String({ default: 'wav', description: 'wav, flac, ogg, mp3, opus, aac, pcm' })
})

type Fields = Static<typeof characterSchema>

const LONGEST_CUT = 1000

export const character: Dialect = { parse, render }

function parse(request: DialectRequest, settings: DialectSettings): SpeechRequest {
  const fields = readAliased(characterSchema, sourceOf(request))
  const task = taskOf(fields)
  const format = fields.format.toLowerCase()
  if (!isAudioFormat(format)) {
    throw new RequestError(
      400,
      `format is ${JSON.stringify(fields.format.slice(0, 40))}; it can be wav, flac, ogg, mp3, opus, aac or pcm`
    )
  }
  const { speed, top_k: topK, top_p: topP, temperature, repetition_penalty: repetitionPenalty, seed, stream } = fields
  const cut = cutOf(fields, task)
  return {
    task: cut.task,
    voice: voiceOf(fields, settings),
    options: {
      // Unknown names read as `auto`, as in the original.
      language: languageOfName(fields.text_language) ?? 'auto',
      ...{ speed, topK, topP, temperature, repetitionPenalty, cut: cut.method },
      ...(seed >= 0 && { seed })
    },
    chunks: 'sentence',
    output: { format, streaming: stream, wavSizes: settings.wavStreamSize === 'zero' ? 'zero' : 'unknown' },
    cached: fields.save_temp && !stream && seed >= 0
  }
}

function sourceOf({ method, query, body }: DialectRequest): Readonly<Record<string, unknown>> {
  if (method === 'GET') return Object.fromEntries(Object.entries(query).map(([key, values]) => [key, values.at(-1)]))
  if (body.kind === 'invalid') throw new RequestError(400, `the body is not JSON: ${body.reason}`)
  const value = body.kind === 'json' ? body.value : undefined
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new RequestError(400, 'the body must be a JSON object')
  }
  return value as Record<string, unknown>
}

function taskOf(fields: Fields): SpeechTask {
  const kind = fields.task_type.trim().toLowerCase()
  if (kind === 'ssml') {
    const ssml = fields.ssml ?? ''
    if (ssml.trim() === '') throw new RequestError(400, 'SSML is empty')
    return { kind: 'ssml', ssml }
  }
  // `tts` is what the original's own configuration says for `text`.
  if (kind !== 'text' && kind !== 'tts') {
    throw new RequestError(400, `task_type is ${JSON.stringify(kind.slice(0, 40))}; it can be text or ssml`)
  }
  const text = cleaned(fields.text ?? '')
  if (text.replaceAll('。', '').trim() === '') throw new RequestError(400, 'Text is empty')
  return { kind: 'text', text }
}

function cleaned(text: string): string {
  return text
    .replaceAll('\r', '\n')
    .replaceAll('<br>', '\n')
    .replaceAll('\t', ' ')
    .replace(/……|…/g, '。')
    .replaceAll('\n\n', '\n')
    .replaceAll('。\n', '\n')
    .replaceAll('\n', '。\n')
}

function cutOf(
  fields: Fields,
  task: SpeechTask
): { method: 'cut0' | 'cut1' | 'cut2' | 'cut3' | 'cut4' | 'cut5'; task: SpeechTask } {
  const method = /^auto_cut(?:_(\d{1,6}))?$|^(cut[0-5])$/.exec(fields.cut_method)
  if (!method)
    throw new RequestError(
      400,
      `cut_method is ${JSON.stringify(fields.cut_method.slice(0, 40))}; it can be auto_cut or cut0 to cut5`
    )
  if (method[2]) return { method: method[2] as 'cut0', task }
  const longest = Math.min(LONGEST_CUT, Math.max(5, Number(method[1] ?? fields.max_cut_length)))
  // Lines of their own stay apart under `cut0`.
  return task.kind === 'text'
    ? { method: 'cut0', task: { kind: 'text', text: autoCut(task.text, longest).join('\n') } }
    : { method: 'cut5', task }
}

function voiceOf(fields: Fields, { lenient }: DialectSettings): VoiceChoice {
  const path = fields.ref_audio_path
  const choice = { ...(fields.character && { character: fields.character }), emotion: fields.emotion, lenient }
  if (!path) return choice
  const text = fields.prompt_text
  const language = languageOfName(fields.prompt_language) ?? 'auto'
  return { ...choice, reference: { path, ...(text && { text }), language, ifAbsent: 'emotion', needsText: true } }
}

function render(outcome: Outcome, settings: DialectSettings): Reply {
  if (outcome.kind === 'audio') {
    const { output } = outcome.request
    if (output.streaming || outcome.fromCache) return { status: 200, headers: { 'content-type': outcome.mimeType } }
    return {
      status: 200,
      headers: {
        'content-type': outcome.mimeType,
        'content-disposition': `attachment; filename="${outcome.fileStem}.${output.format}"`
      }
    }
  }
  const failure = failureOf(outcome.error)
  const { status, code, message: detail } = failure
  const body = { status_code: status, detail, headers: null }
  return {
    status: settings.compatStatus200 ? 200 : status,
    headers: failureHeaders(failure),
    json: status >= 500 ? { ...body, code } : body
  }
}
