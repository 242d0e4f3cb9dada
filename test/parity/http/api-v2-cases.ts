import { apiV2Schema } from '../../../lib/server/dialects/api-v2.js'
import type { Files } from './character-cases.js'
import type { Sent } from './recorded.js'

// What the recorded names call the fields.
const shortNames: Readonly<Record<string, string>> = {
  sm: 'streaming_mode',
  media: 'media_type',
  cut: 'text_split_method',
  lang: 'text_lang',
  speed: 'speed_factor',
  aux: 'aux_ref_audio_paths'
}

type Fields = Readonly<Record<string, unknown>>

/** What a case of api_v2 sends, or `undefined` where its name does not say. */
export function apiV2Case(name: string, files: Files): Sent | undefined {
  return command(name, files) ?? speech(name, files)
}

function command(name: string, { gpt, sovits, reference }: Files): Sent | undefined {
  const [, path, what] = /^(set_gpt_weights|set_sovits_weights|set_refer_audio|control) (.+)$/.exec(name) ?? []
  if (path === undefined || what === undefined) return undefined
  if (/^post$/i.test(what)) return { method: 'POST', path: `/${path}`, body: {} }
  const field = path === 'control' ? 'command' : path === 'set_refer_audio' ? 'refer_audio_path' : 'weights_path'
  const right = { set_gpt_weights: gpt, set_sovits_weights: sovits, set_refer_audio: reference, control: 'other' }[path]
  const value = what === 'ok' ? right : what === 'bad' ? 'no.ckpt' : what
  return { method: 'GET', path: `/${path}`, query: what === 'none' ? {} : { [field]: value as string } }
}

function speech(name: string, { reference }: Files): Sent | undefined {
  const right: Fields = { text: 'Hello there.', text_lang: 'EN', ref_audio_path: reference, prompt_lang: 'en' }
  if (/^(POST )?bad json$/.test(name)) return { method: 'POST', path: '/tts', body: '{bad' }
  if (/^aux GET/.test(name)) {
    const body = name.endsWith('body') ? { body: [reference] } : {}
    return { ...get({ ...right, aux_ref_audio_paths: reference }), ...body }
  }
  const [, method, rest] = /^(GET|POST) (.+)$/.exec(name) ?? []
  if (method === undefined || rest === undefined) return undefined
  const fields = changed(rest, right)
  if (fields === undefined) return undefined
  return method === 'GET' ? get(fields) : { method, path: '/tts', body: fields }
}

function get(fields: Fields): Sent {
  const query = Object.entries(fields).map(([key, value]) => [key, String(value)])
  return { method: 'GET', path: '/tts', query: Object.fromEntries(query) as Record<string, string> }
}

/** The right fields with the one difference that a case names. */
function changed(what: string, right: Fields): Fields | undefined {
  if (what === 'ok') return right
  const [first, ...more] = what.split(' ')
  const isStream = more.includes('stream')
  const stream = isStream ? { streaming_mode: true } : {}
  const value = more.filter((word) => word !== 'stream').join(' ')
  if (first === 'missing') return Object.fromEntries(Object.entries(right).filter(([key]) => key !== value))
  if (first === 'empty') return { ...right, [fieldOf(value) ?? value]: '' }
  if (first === 'blank') return { ...right, [fieldOf(value) ?? value]: '  ' }
  if (first === 'bad') return { ...right, [fieldOf(value) ?? value]: 'xx' }
  if (first === 'extra') return { ...right, something: 1 }
  if (value === 'key') return { ...right, [first!]: true }
  // The recordings of a stream that breaks were made in mode 2.
  if (/^BOOM\d*$/.test(first!)) return { ...right, text: first, ...(isStream && { streaming_mode: 2 }) }
  const field = fieldOf(first!)
  const read = field === undefined ? undefined : literal(value)
  if (field === undefined || value === '') return undefined
  if (read === null) return Object.fromEntries(Object.entries(right).filter(([key]) => key !== field))
  return { ...right, [field]: read, ...stream }
}

function fieldOf(word: string): string | undefined {
  const name = shortNames[word] ?? word
  return Object.hasOwn(apiV2Schema.properties, name) ? name : undefined
}

/** A value as Python writes it; a bare word is a string. */
function literal(text: string): unknown {
  if (text === 'True' || text === 'False') return text === 'True'
  if (text === 'None') return null
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text)
  return /^(['"])(.*)\1$/.exec(text)?.[2] ?? text
}
