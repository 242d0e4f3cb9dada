import type { SpeechRequest } from '../../../lib/server/speech-request.js'
import type { Answer } from './client.js'
import type { Kind, Recorded, Sent } from './recorded.js'

/** Differences between a recorded answer, as the design changes it, and ours; empty where they agree. */
export type Differences = string[]

/** What the design says instead of the recorded answer. */
type Expected =
  | {
      readonly kind: 'sound'
      readonly type: string
      readonly isStreamed: boolean
      readonly isCut?: boolean
      readonly head?: string
    }
  | {
      readonly kind: 'json'
      readonly statuses: readonly number[]
      readonly body?: unknown
      readonly keys?: readonly string[]
      readonly start?: string
    }

const ourFormats: Readonly<Record<string, string>> = {
  ...{ wav: 'audio/wav', flac: 'audio/flac', ogg: 'audio/ogg', mp3: 'audio/mpeg', opus: 'audio/ogg' },
  ...{ aac: 'audio/aac', pcm: 'audio/pcm' }
}
const addedMedia = ['mp3', 'flac', 'opus']
const errorKeys = ['status_code', 'detail', 'headers']

function parsed(recorded: Recorded): Record<string, unknown> | undefined {
  if (!recorded.ctype?.startsWith('application/json') || recorded.head.length < recorded.len) return undefined
  return JSON.parse(recorded.head) as Record<string, unknown>
}

const isSound = (recorded: Recorded): boolean => recorded.status === 200 && (recorded.ctype ?? '').startsWith('audio/')

/** Table "Answers" of the character dialect, column "ours". */
function characterExpected(recorded: Recorded, sent: Sent): Expected {
  const query = { ...sent.query, ...(typeof sent.body === 'object' ? (sent.body as object) : {}) } as Record<
    string,
    string
  >
  const failed = (statuses: readonly number[], body?: unknown): Expected => ({
    kind: 'json',
    statuses,
    body,
    keys: errorKeys
  })
  const format = String(query['format'] ?? 'wav').toLowerCase()
  const sound = (isStreamed: boolean): Expected => ({ kind: 'sound', type: ourFormats[format] ?? '', isStreamed })
  const isStreamed = ['true', '1', 't', 'y', 'yes', 'allow', 'allowed'].includes(
    String(query['stream'] ?? '').toLowerCase()
  )
  if (query['text']?.startsWith('BOOM')) return failed([500])
  if (recorded.status === 404 || recorded.status === 405)
    return { kind: 'json', statuses: [recorded.status], body: parsed(recorded) }
  if (sent.path === '/character_list') return { kind: 'json', statuses: [200], body: parsed(recorded) }
  if (sent.path !== '/tts') return { kind: 'json', statuses: [200], start: '{"openapi":"3.' }
  if (query['format'] !== undefined && !(format in ourFormats)) return failed([400])
  const body = parsed(recorded)
  const code = body?.['status_code']
  if (code === 400) return failed([400], body)
  if (query['task_type'] === 'ssml') return sound(isStreamed) // the original's never works
  if (query['task_type'] === 'tts') return sound(isStreamed)
  if (code === 500 && format in ourFormats && query['format'] !== undefined) return sound(isStreamed)
  if (code !== undefined) return failed([400, 404, 500])
  if (isSound(recorded)) return query['character'] === 'Nobody' ? failed([404]) : sound(isStreamed)
  // 500 as plain text: keys that broke the original are ignored here, a null text is a missing one, the rest is 400.
  const isUnknownKey = sent.method === 'GET' && recorded.case.includes(' key')
  return isUnknownKey ? sound(isStreamed) : failed([400])
}

/** Table "Answers" of api_v2. */
function apiV2Expected(recorded: Recorded, sent: Sent): Expected {
  const fields = { ...sent.query, ...(typeof sent.body === 'object' ? (sent.body as object) : {}) } as Record<
    string,
    unknown
  >
  const failed = (message: string): Expected => ({ kind: 'json', statuses: [400], body: { message } })
  const media = String(fields['media_type'] ?? 'wav')
  const isStreamed = recorded.mode?.some((flag) => flag === true) ?? false
  const text = String(fields['text'] ?? '')
  if (/^BOOM0?$/.test(text)) return { kind: 'json', statuses: [400], keys: ['message', 'Exception'] }
  if (/^BOOM\d+$/.test(text)) return { kind: 'sound', type: 'audio/wav', isStreamed: true, isCut: true }
  if (sent.path === '/tts' && text.trim() === '' && recorded.status === 200) return failed('text is required')
  if (recorded.status === 500) {
    const missing = ['text_lang', 'prompt_lang'].find((name) => fields[name] === undefined)
    return failed(`${missing} is required`)
  }
  if (addedMedia.includes(media)) return { kind: 'sound', type: ourFormats[media] as string, isStreamed }
  if (isSound(recorded))
    return {
      kind: 'sound',
      type: recorded.ctype as string,
      isStreamed,
      ...(isStreamed && media === 'wav' && { head: recorded.head })
    }
  const body = parsed(recorded)
  const isFree = body && 'Exception' in body
  if (isFree)
    return {
      kind: 'json',
      statuses: [recorded.status],
      keys: ['message', 'Exception'],
      start: recorded.head.split('"Exception"')[0] as string
    }
  return {
    kind: 'json',
    statuses: [recorded.status],
    ...(body === undefined && recorded.head !== 'null' ? { start: recorded.head } : { body })
  }
}

export function compare(kind: Kind, recorded: Recorded, sent: Sent, answer: Answer): Differences {
  const expected = kind === 'character' ? characterExpected(recorded, sent) : apiV2Expected(recorded, sent)
  return expected.kind === 'sound'
    ? compareSound(kind, expected, recorded, answer)
    : compareJson(expected, recorded, answer)
}

function compareSound(
  kind: Kind,
  expected: Extract<Expected, { kind: 'sound' }>,
  recorded: Recorded,
  answer: Answer
): Differences {
  const { headers, body } = answer
  // Only a machine with ffmpeg has AAC; elsewhere the answer says so.
  if (expected.type === 'audio/aac' && answer.status === 400 && body.includes('ffmpeg')) return []
  if (answer.status !== 200) return [`status ${answer.status} ${body.toString('utf8', 0, 200)}, expected sound`]
  const found: Differences = []
  const check = (is: boolean, what: string): void => void (is || found.push(what))
  check(headers['content-type'] === expected.type, `content-type ${headers['content-type']}, expected ${expected.type}`)
  const told = headers['content-length'] !== undefined
  check(told === !expected.isStreamed, told ? 'the length is told' : 'the length is not told')
  check(
    answer.isCut === (expected.isCut ?? false),
    answer.isCut ? 'the connection was cut' : 'the connection was not cut'
  )
  if (kind === 'character') {
    const hasName = /^attachment; filename="\d{14}[\w-]*\.\w+"$/.test(headers['content-disposition'] ?? '')
    const named = !expected.isStreamed && !/hit/.test(recorded.case)
    check(hasName === named, `content-disposition ${headers['content-disposition']}`)
  }
  found.push(...soundFaults(expected, body))
  return found
}

const magic: Readonly<Record<string, RegExp>> = {
  'audio/wav': /^RIFF....WAVEfmt /s,
  'audio/ogg': /^OggS/,
  'audio/flac': /^fLaC/,
  'audio/mpeg': /^(ID3|\xff[\xe2-\xfb])/,
  'audio/aac': /^\xff[\xf0\xf1\xf9]/
}

function soundFaults({ type, isStreamed, head }: Extract<Expected, { kind: 'sound' }>, body: Buffer): Differences {
  const pattern = magic[type]
  if (pattern && !pattern.test(body.toString('latin1', 0, 64))) return [`the body does not begin as ${type}`]
  if (body.length < 1000) return [`the body has ${body.length} bytes`]
  if (type !== 'audio/wav') return []
  const begun = body.toString('hex', 0, 44)
  if (head !== undefined && begun !== head) return [`head ${begun}, recorded ${head}`]
  const format = [body.readUInt16LE(20), body.readUInt16LE(22), body.readUInt32LE(24), body.readUInt16LE(34)].join()
  if (format !== '1,1,32000,16') return [`format, channels, rate and bits are ${format}`]
  const size = body.readUInt32LE(40)
  return isStreamed || size === body.length - 44 ? [] : [`the head tells ${size} bytes, ${body.length - 44} follow`]
}

function compareJson(expected: Extract<Expected, { kind: 'json' }>, recorded: Recorded, answer: Answer): Differences {
  const text = answer.body.toString('utf8')
  if (!expected.statuses.includes(answer.status)) {
    return [`status ${answer.status} ${text.slice(0, 200)}, expected ${expected.statuses.join(' or ')}`]
  }
  if (!(answer.headers['content-type'] ?? '').startsWith('application/json')) return ['the body is not JSON']
  const body = JSON.parse(text) as unknown
  if (expected.start !== undefined)
    return text.startsWith(expected.start) ? [] : [`body ${text.slice(0, 300)}, recorded ${recorded.head}`]
  if (expected.body !== undefined || recorded.head === 'null') {
    const wanted = expected.body ?? null
    return sameJson(body, wanted) ? [] : [`body ${text.slice(0, 300)}, expected ${JSON.stringify(wanted)}`]
  }
  const missing = (expected.keys ?? []).filter((key) => !Object.hasOwn(body as object, key))
  return missing.length === 0 ? [] : [`the body lacks ${missing.join(', ')}: ${text.slice(0, 200)}`]
}

/** Equal but for the order of keys. */
function sameJson(a: unknown, b: unknown): boolean {
  const sorted = (value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(
          Object.entries(value)
            .sort(([x], [y]) => (x < y ? -1 : 1))
            .map(([key, each]) => [key, sorted(each)])
        )
      : value
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
}

const spokenModes = ['all_yue', 'yue', 'all_ko', 'ko', 'auto_yue', 'zh', 'en', 'ja', 'all_zh', 'all_ja', 'auto']

/** Differences between what reached the original's synthesizer and what reached our voice. */
export function compareRequest(
  kind: Kind,
  recorded: Recorded,
  sent: Sent,
  request: SpeechRequest | undefined
): Differences {
  if (!request) return []
  const { options, output, chunks, voice } = request
  if (kind === 'api_v2') {
    if (recorded.mode?.includes(null)) return [] // the original refused what we accept
    const ours = [
      output.streaming && chunks !== 'sentence',
      output.streaming && chunks === 'sentence',
      chunks === 'fixed-token'
    ]
    const mode =
      String(ours) === String(recorded.mode) ? [] : [`mode ${ours.join()}, recorded ${recorded.mode?.join()}`]
    const lang = recorded.lang?.toLowerCase() // ours is in lower case for POST too
    return lang === undefined || lang === options.language
      ? mode
      : [...mode, `text_lang ${options.language}, recorded ${lang}`]
  }
  const { params = {} } = recorded
  if (Object.keys(params).length === 0) return []
  const asked = String(sent.query?.['text_language'] ?? '')
    .toLowerCase()
    .split('-')[0] as string
  // Languages that the original took for `auto` in silence.
  const language = spokenModes.includes(asked) ? asked : params['text_lang']
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['text', request.task.kind === 'text' ? request.task.text : '', params['text']],
    ['text_lang', options.language, language],
    ['top_k', options.topK, params['top_k']],
    ['top_p', options.topP, params['top_p']],
    ['temperature', options.temperature, params['temperature']],
    ['speed_factor', options.speed, params['speed_factor']],
    ['repetition_penalty', options.repetitionPenalty, params['repetition_penalty']],
    ['return_fragment', output.streaming, params['return_fragment']],
    ['seed', sent.query?.['seed'] ? params['seed'] : (options.seed ?? -1), params['seed']],
    ['reference', voice.reference === undefined || sent.query?.['ref_audio_path'] !== undefined, true]
  ]
  return pairs
    .filter(([, ours, theirs]) => ours !== theirs)
    .map(([name, ours, theirs]) => `${name} ${String(ours)}, recorded ${String(theirs)}`)
}
