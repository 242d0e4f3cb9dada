/** What the server said was wrong. */
export class ServerError extends Error {
  constructor(message, { status, code } = {}) {
    super(message)
    this.status = status
    this.code = code
  }
}

const KEY = 'gpt-sovits-api-key'

export function setKey(key) {
  sessionStorage.setItem(KEY, key)
}

function headers(more = {}) {
  const key = sessionStorage.getItem(KEY)
  return key ? { ...more, authorization: `Bearer ${key}` } : more
}

async function request(path, options = {}) {
  let response
  try {
    response = await fetch(path, { ...options, headers: headers(options.headers) })
  } catch (cause) {
    if (options.signal?.aborted) throw cause
    throw new ServerError('The server does not answer. Is it still running?', { cause })
  }
  if (response.ok) return response
  const { error = {} } = await response.json().catch(() => ({}))
  throw new ServerError(error.message ?? `The server answered ${response.status}.`, {
    status: response.status,
    code: error.code
  })
}

/** `[{ id, emotions }]` */
export async function voices() {
  return (await (await request('v1/voices')).json()).data
}

/** Sends a recording; resolves with `{ id, seconds, sampleRate }`. */
export async function upload(blob) {
  const type = 'application/octet-stream'
  return (await request('api/references', { method: 'POST', body: blob, headers: { 'content-type': type } })).json()
}

/** Speaks; yields the server's lines as they come. Samples are decoded. */
export async function* speak(fields, signal) {
  const body = JSON.stringify(fields)
  const options = { method: 'POST', body, signal, headers: { 'content-type': 'application/json' } }
  const response = await request('api/speak', options)
  for await (const line of lines(response.body)) {
    const event = JSON.parse(line)
    if (event.type === 'error') throw new ServerError(event.error.message, { code: event.error.code })
    yield event.type === 'sentence' ? { ...event, samples: pcm(event.samples) } : event
  }
}

async function* lines(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  let waiting = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      const parts = (waiting + value).split('\n')
      waiting = parts.pop()
      yield* parts
    }
    if (waiting.trim() !== '') throw new ServerError('The answer was cut off.')
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

/** 16-bit little-endian samples in base64, as floats. */
function pcm(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
  const view = new DataView(bytes.buffer)
  return Float32Array.from({ length: bytes.length / 2 }, (_, i) => view.getInt16(2 * i, true) / 32768)
}
