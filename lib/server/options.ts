import { constrainedMemory, cwd } from 'node:process'
import { totalmem } from 'node:os'
import { dirname } from 'node:path'
import { OptionRangeError, OptionTypeError } from '../errors.js'
import type { Logger, ReferenceInput } from '../types.js'
import type { PoolConfig, VoiceModel } from '../voices/index.js'

/** Which dialect answers `/tts`; `auto` looks at the parameters. `legacy` also takes `/`. */
export type DialectName = 'auto' | 'character' | 'api_v2' | 'legacy'

/** How a server is set up. Everything has a default but the voice. */
export interface ServerOptions {
  /** Address to listen on. Default `127.0.0.1`: this machine alone. */
  host?: string
  /** 0 takes any free one. Default 9880. */
  port?: number
  dialect?: DialectName
  /** The voice that speaks where a request names no character. */
  voice?: VoiceModel
  /** Name of that voice among the characters. Default `default`. */
  voiceName?: string
  /** Its recording; not needed where the voice brings one along. */
  reference?: ReferenceInput
  /** A folder of folders, one a character. */
  characters?: string
  /** What all voices share: hubert, bert, threads, device, precision, cacheDir. */
  engine?: PoolConfig
  /** Bytes that the loaded networks may take together. Default: half of the memory there is. */
  maxMemory?: number
  /** Other names of voices: a character, or `character:emotion`. */
  aliases?: Readonly<Record<string, string>>
  /** Keys of which requests must bring one. Default: none is needed. */
  apiKeys?: readonly string[]
  /** Further folders that requests may name files in, beside the voices' folders and the working directory. */
  allowPaths?: readonly string[]
  /** Origins of web pages that may use the server; `*` is any. Default: its own alone. */
  cors?: readonly string[]
  /** Names that the server may be called by, beside addresses, `localhost` and the machine's own; `*` is any. */
  allowHosts?: readonly string[]
  /** Requests that may wait. 0 to 10000, default 32. */
  maxQueue?: number
  /** Requests that are spoken at once. 1 to 256, default 4. */
  concurrency?: number
  /** Seconds within which the first sound must be ready. 1 to 86400, default 300. */
  timeoutSeconds?: number
  /** Longest `input` of the OpenAI dialect in characters. Default 4096. */
  maxInputChars?: number
  /** Serve `/metrics`. */
  metrics?: boolean
  /** Let `/control` end or restart the server. */
  enableControl?: boolean
  /** Errors of the character dialect go out with status 200, as the original's. */
  compatStatus200?: boolean
  /** Unknown characters give way to the first one. */
  lenient?: boolean
  /** Sizes in the head of a streamed WAV file: `auto` is zero for api_v2 and unknown (0xffffffff) else. */
  wavStreamSize?: 'auto' | 'zero' | 'unknown'
  /** Write texts into the log. */
  logText?: boolean
  logger?: Logger
}

/** The same, checked and with defaults. */
export type ResolvedServerOptions = Readonly<
  Required<Omit<ServerOptions, 'voice' | 'reference' | 'characters'>> &
    Pick<ServerOptions, 'voice' | 'reference' | 'characters'>
>

/** Ranges and defaults of the numbers. */
export const serverNumbers = {
  port: { default: 9880, min: 0, max: 65535 },
  maxQueue: { default: 32, min: 0, max: 10_000 },
  concurrency: { default: 4, min: 1, max: 256 },
  timeoutSeconds: { default: 300, min: 1, max: 86_400 },
  maxInputChars: { default: 4096, min: 1, max: 1_000_000 }
} as const

const known: readonly string[] = [
  ...Object.keys(serverNumbers),
  ...['host', 'dialect', 'voice', 'voiceName', 'reference', 'characters', 'engine', 'maxMemory', 'aliases', 'apiKeys'],
  ...['allowPaths', 'cors', 'allowHosts', 'metrics', 'enableControl', 'compatStatus200', 'lenient', 'wavStreamSize'],
  ...['logText', 'logger']
]

/** @throws {OptionTypeError | OptionRangeError} naming the option. */
export function resolveServerOptions(options: ServerOptions): ResolvedServerOptions {
  const unknown = Object.keys(options).find((key) => !known.includes(key))
  if (unknown !== undefined) throw new OptionTypeError(`unknown server option '${unknown}'; known: ${known.join(', ')}`)
  const number = (name: keyof typeof serverNumbers): number => {
    const { min, max, default: standard } = serverNumbers[name]
    const value = options[name] ?? standard
    if (Number.isInteger(value) && value >= min && value <= max) return value
    throw new OptionRangeError(`${name} is ${String(value)}; it must be an integer from ${min} to ${max}`)
  }
  const maxMemory = options.maxMemory ?? defaultMemory()
  if (!(maxMemory > 0)) throw new OptionRangeError(`maxMemory is ${maxMemory}; it must be a number of bytes above 0`)
  return Object.freeze({
    host: options.host ?? '127.0.0.1',
    port: number('port'),
    dialect: options.dialect ?? 'auto',
    ...(options.voice && { voice: options.voice }),
    voiceName: options.voiceName ?? 'default',
    ...(options.reference && { reference: options.reference }),
    ...(options.characters !== undefined && { characters: options.characters }),
    engine: options.engine ?? {},
    maxMemory,
    aliases: lowerCased(options.aliases ?? {}),
    apiKeys: options.apiKeys ?? [],
    allowPaths: [...(options.allowPaths ?? []), ...voiceFolders(options), cwd()],
    cors: options.cors ?? [],
    allowHosts: options.allowHosts ?? [],
    maxQueue: number('maxQueue'),
    concurrency: number('concurrency'),
    timeoutSeconds: number('timeoutSeconds'),
    maxInputChars: number('maxInputChars'),
    metrics: options.metrics ?? false,
    enableControl: options.enableControl ?? false,
    compatStatus200: options.compatStatus200 ?? false,
    lenient: options.lenient ?? false,
    wavStreamSize: options.wavStreamSize ?? 'auto',
    logText: options.logText ?? false,
    logger: options.logger ?? (() => undefined)
  })
}

function defaultMemory(): number {
  // 0, or more than there is, where nothing limits the process.
  const limit = constrainedMemory?.() ?? 0
  return Math.floor((limit > 0 ? Math.min(limit, totalmem()) : totalmem()) / 2)
}

function voiceFolders({ voice, characters }: ServerOptions): string[] {
  const files = voice === undefined ? [] : 'voice' in voice ? [voice.voice] : [voice.gpt, voice.sovits].map(dirname)
  return characters === undefined ? files : [...files, characters]
}

function lowerCased(aliases: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(aliases).map(([name, target]) => [name.toLowerCase(), target]))
}
