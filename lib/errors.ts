/** Base of every error that this package throws on purpose. Test `code`: an app may hold both the ESM and the CJS copy of a class. */
export class GptSovitsError extends Error {
  readonly code: string
  /** For the log: where in the file, which tensor. */
  readonly detail?: string
  constructor(code: string, message: string, options: { cause?: unknown; detail?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    if (options.detail) this.detail = options.detail
    this.name = new.target.name
  }
}

type Options = { cause?: unknown; detail?: string }

/** A pickle asks for a name outside the list of what real checkpoints hold; nothing of it was run. */
export class UnsafeCheckpointError extends GptSovitsError {
  constructor(message: string, options?: Options) {
    super('ERR_GSV_UNSAFE_CHECKPOINT', message, options)
  }
}
/** A checkpoint is damaged or forged. */
export class CorruptCheckpointError extends GptSovitsError {
  constructor(message: string, options?: Options) {
    super('ERR_GSV_CORRUPT_CHECKPOINT', message, options)
  }
}
/** A safetensors or TorchScript file is damaged or forged. */
export class CorruptModelError extends GptSovitsError {
  constructor(message: string, options?: Options) {
    super('ERR_GSV_CORRUPT_MODEL', message, options)
  }
}
/** A file of a format that is not read. */
export class UnsupportedFormatError extends GptSovitsError {
  constructor(message: string, options?: Options) {
    super('ERR_GSV_UNSUPPORTED_FORMAT', message, options)
  }
}
/** A sound file holds the wrong network: the message says what it is. */
export class WrongModelError extends GptSovitsError {
  constructor(message: string, options?: Options) {
    super('ERR_GSV_WRONG_MODEL', message, options)
  }
}
/** A tensor is missing, unexpected or of another shape than the network's. */
export class ModelMismatchError extends GptSovitsError {
  constructor(message: string, options?: Options) {
    super('ERR_GSV_MODEL_MISMATCH', message, options)
  }
}
/** A checkpoint's config holds a value that cannot be run; the message names the field. */
export class UnsupportedConfigError extends GptSovitsError {
  constructor(message: string, options?: Options) {
    super('ERR_GSV_UNSUPPORTED_CONFIG', message, options)
  }
}
/** A LoRA's base model was not given. */
export class MissingBaseError extends GptSovitsError {
  constructor(message: string, options?: Options) {
    super('ERR_GSV_MISSING_BASE', message, options)
  }
}
/** A model that this call needs was not given. */
export class MissingModelError extends GptSovitsError {
  constructor(message: string, options?: Options) {
    super('ERR_GSV_MISSING_MODEL', message, options)
  }
}
/** A file cannot be read or written, or is not a regular file. */
export class FileError extends GptSovitsError {
  constructor(message: string, options?: Options) {
    super('ERR_GSV_FILE', message, options)
  }
}
/** More memory is needed than there is or than `maxMemory` allows. */
export class InsufficientMemoryError extends GptSovitsError {
  constructor(message: string, options?: Options) {
    super('ERR_GSV_INSUFFICIENT_MEMORY', message, options)
  }
}
/** The addon or LibTorch cannot be loaded; the message says what to run. */
export class NativeLibraryError extends GptSovitsError {
  constructor(message: string, options?: Options) {
    super('ERR_GSV_NATIVE_LIBRARY', message, options)
  }
}
/** A reference recording is too short, too long, silent or not finite. */
export class ReferenceAudioError extends GptSovitsError {
  constructor(message: string, options?: Options) {
    super('ERR_GSV_REFERENCE_AUDIO', message, options)
  }
}
/** A reference has no transcript, which the voice's version needs. */
export class ReferenceTextError extends GptSovitsError {
  constructor(message: string, options?: Options) {
    super('ERR_GSV_REFERENCE_TEXT', message, options)
  }
}
/** A file is not audio of a kind that is decoded. */
export class UnsupportedAudioError extends GptSovitsError {
  constructor(message: string, options?: Options) {
    super('ERR_GSV_UNSUPPORTED_AUDIO', message, options)
  }
}
/** A program that this call starts is not installed; the message says which and how to get it. */
export class MissingProgramError extends GptSovitsError {
  constructor(message: string, options?: Options) {
    super('ERR_GSV_MISSING_PROGRAM', message, options)
  }
}
/** An SSML document is malformed, too large or too deep, or asks for what is not spoken; the message says where. */
export class SsmlError extends GptSovitsError {
  constructor(message: string, options?: Options) {
    super('ERR_GSV_SSML', message, options)
  }
}
/** The text holds nothing that can be spoken. */
export class EmptyTextError extends GptSovitsError {
  constructor(message: string, options?: Options) {
    super('ERR_GSV_EMPTY_TEXT', message, options)
  }
}
/** The text is longer than the limit. */
export class TextTooLongError extends GptSovitsError {
  constructor(message: string, options?: Options) {
    super('ERR_GSV_TEXT_TOO_LONG', message, options)
  }
}
/** The language is unknown, or the voice's version does not have it. */
export class UnsupportedLanguageError extends GptSovitsError {
  constructor(message: string, options?: Options) {
    super('ERR_GSV_UNSUPPORTED_LANGUAGE', message, options)
  }
}
/** A dictionary or table that a language needs is not installed; the message says how to get it. */
export class MissingDataError extends GptSovitsError {
  constructor(message: string, options?: Options) {
    super('ERR_GSV_MISSING_DATA', message, options)
  }
}
/** A file could not be downloaded, or was not what its publisher says it is; nothing was installed. */
export class DownloadError extends GptSovitsError {
  constructor(message: string, options?: Options) {
    super('ERR_GSV_DOWNLOAD', message, options)
  }
}
/** The voice ended before it spoke. */
export class NoSpeechError extends GptSovitsError {
  constructor(message: string, options?: Options) {
    super('ERR_GSV_NO_SPEECH', message, options)
  }
}
/** The networks gave NaN or infinity. */
export class NonFiniteAudioError extends GptSovitsError {
  constructor(message: string, options?: Options) {
    super('ERR_GSV_NON_FINITE_AUDIO', message, options)
  }
}
/** The object was disposed. */
export class DisposedError extends GptSovitsError {
  constructor(message: string, options?: Options) {
    super('ERR_GSV_DISPOSED', message, options)
  }
}
/** No character, or no imported voice, has this name. */
export class VoiceNotFoundError extends GptSovitsError {
  constructor(message: string, options?: Options) {
    super('ERR_GSV_VOICE_NOT_FOUND', message, options)
  }
}
/** A path that a request names lies outside the folders which the server may read. */
export class PathNotAllowedError extends GptSovitsError {
  constructor(message = 'path is not allowed', options?: Options) {
    super('ERR_GSV_PATH_NOT_ALLOWED', message, options)
  }
}
/** The server's queue is full, or it is about to end. */
export class OverloadedError extends GptSovitsError {
  constructor(message: string, options?: Options) {
    super('ERR_GSV_OVERLOADED', message, options)
  }
}
/** No sound was ready within the time that a request is given. */
export class DeadlineError extends GptSovitsError {
  constructor(message: string, options?: Options) {
    super('ERR_GSV_DEADLINE', message, options)
  }
}
/** A fault of this package. */
export class InternalError extends GptSovitsError {
  constructor(message: string, options?: Options) {
    super('ERR_GSV_INTERNAL', message, options)
  }
}

/** An option is outside its range. Also a `RangeError`. */
export class OptionRangeError extends RangeError {
  readonly code = 'ERR_GSV_OUT_OF_RANGE'
  override readonly name = 'OptionRangeError'
}
/** An option or argument has the wrong type, or an unknown name. Also a `TypeError`. */
export class OptionTypeError extends TypeError {
  readonly code = 'ERR_GSV_WRONG_TYPE'
  override readonly name = 'OptionTypeError'
}
/** The call was cancelled without a reason of the caller's own. `name` is `AbortError`, as the platform's. */
export class AbortError extends Error {
  readonly code = 'ERR_GSV_ABORTED'
  override readonly name = 'AbortError'
  constructor(message = 'the call was cancelled', options: { cause?: unknown } = {}) {
    super(message, options)
  }
}

type ErrorFactory = (message: string, options?: Options) => Error

const byCode: Readonly<Record<string, ErrorFactory>> = {
  ERR_GSV_UNSAFE_CHECKPOINT: (m, o) => new UnsafeCheckpointError(m, o),
  ERR_GSV_CORRUPT_CHECKPOINT: (m, o) => new CorruptCheckpointError(m, o),
  ERR_GSV_CORRUPT_MODEL: (m, o) => new CorruptModelError(m, o),
  ERR_GSV_UNSUPPORTED_FORMAT: (m, o) => new UnsupportedFormatError(m, o),
  ERR_GSV_WRONG_MODEL: (m, o) => new WrongModelError(m, o),
  ERR_GSV_MODEL_MISMATCH: (m, o) => new ModelMismatchError(m, o),
  ERR_GSV_UNSUPPORTED_CONFIG: (m, o) => new UnsupportedConfigError(m, o),
  ERR_GSV_MISSING_BASE: (m, o) => new MissingBaseError(m, o),
  ERR_GSV_MISSING_MODEL: (m, o) => new MissingModelError(m, o),
  ERR_GSV_FILE: (m, o) => new FileError(m, o),
  ERR_GSV_INSUFFICIENT_MEMORY: (m, o) => new InsufficientMemoryError(m, o),
  ERR_GSV_NATIVE_LIBRARY: (m, o) => new NativeLibraryError(m, o),
  ERR_GSV_REFERENCE_AUDIO: (m, o) => new ReferenceAudioError(m, o),
  ERR_GSV_NO_SPEECH: (m, o) => new NoSpeechError(m, o),
  ERR_GSV_NON_FINITE_AUDIO: (m, o) => new NonFiniteAudioError(m, o),
  ERR_GSV_OUT_OF_RANGE: (m) => new OptionRangeError(m),
  ERR_GSV_WRONG_TYPE: (m) => new OptionTypeError(m),
  ERR_GSV_ABORTED: (m) => new AbortError(m),
  ERR_GSV_DISPOSED: (m, o) => new DisposedError(m, o),
  ERR_GSV_INTERNAL: (m, o) => new InternalError(m, o)
}

/** Codes that native code may send; a test compares the list with native/error.h. */
export const nativeErrorCodes: readonly string[] = Object.keys(byCode)

/** Turns a code and message from native code into its class; `stack` is that of the public call. */
export function fromNative(code: string, message: string, detail?: string, callSite?: Error): Error {
  const make = byCode[code]
  const error = make
    ? make(message, detail ? { detail } : {})
    : new InternalError(`${code}: ${message}`, detail ? { detail } : {})
  if (callSite?.stack) error.stack = `${error.name}: ${message}\n${callSite.stack.split('\n').slice(1).join('\n')}`
  return error
}
