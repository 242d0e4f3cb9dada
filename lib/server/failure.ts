/** What an error means to whoever asked, before a dialect gives it its form. */
export interface Failure {
  readonly status: number
  readonly code: string
  readonly message: string
  /** Seconds after which asking again makes sense. */
  readonly retryAfter?: number
}

/** The request itself is wrong; `body` is the dialect's own answer where it has one. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
  constructor(
    readonly status: number,
    message: string,
    readonly body?: unknown
  ) {
    super(message)
  }
}

/** The server turns a request away before looking at what it asks for. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  constructor(
    readonly status: number,
    readonly code: string,
    message: string
  ) {
    super(message)
  }
}

// By what the caller can do about it: 4xx his request, 5xx the server.
const statusOf: Readonly<Record<string, number>> = {
  ERR_GSV_EMPTY_TEXT: 400,
  ERR_GSV_TEXT_TOO_LONG: 400,
  ERR_GSV_OUT_OF_RANGE: 400,
  ERR_GSV_WRONG_TYPE: 400,
  ERR_GSV_UNSUPPORTED_LANGUAGE: 400,
  ERR_GSV_REFERENCE_AUDIO: 400,
  ERR_GSV_REFERENCE_TEXT: 400,
  ERR_GSV_UNSUPPORTED_AUDIO: 400,
  ERR_GSV_MISSING_PROGRAM: 400,
  ERR_GSV_SSML: 400,
  ERR_GSV_PATH_NOT_ALLOWED: 403,
  ERR_GSV_VOICE_NOT_FOUND: 404,
  ERR_GSV_OVERLOADED: 503,
  ERR_GSV_DEADLINE: 504,
  FST_ERR_CTP_BODY_TOO_LARGE: 413,
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 400
}

const RETRY_SECONDS = 1

export function failureOf(error: unknown): Failure {
  const {
    code = 'ERR_GSV_INTERNAL',
    message = 'unknown error',
    status
  } = error as {
    code?: string
    message?: string
    status?: number
  }
  const isOwn = error instanceof RequestError || error instanceof Refusal
  const known = isOwn ? status : statusOf[code]
  const failure = { status: known ?? 500, code: error instanceof RequestError ? 'invalid_request' : code, message }
  return code === 'ERR_GSV_OVERLOADED' ? { ...failure, retryAfter: RETRY_SECONDS } : failure
}

/** Headers that every answer to a failure has. */
export function failureHeaders(failure: Failure): Record<string, string> {
  return failure.retryAfter === undefined ? {} : { 'retry-after': String(failure.retryAfter) }
}
