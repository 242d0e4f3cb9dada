import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { Command, Option } from 'commander'
import { OptionTypeError } from '../../errors.js'
import {
  createServer,
  type GptSovitsServer,
  type ImportedConfig,
  readConfigFile,
  resolveServerOptions,
  serverNumbers,
  type ServerOptions
} from '../../server/index.js'
import type { Logger } from '../../types.js'
import { DEMO_VOICE } from '../../store/index.js'
import {
  addReferenceOptions,
  addVoiceOptions,
  configOf,
  type ReferenceFlags,
  referenceOf,
  type VoiceFlags
} from '../voice-options.js'

type Flags = VoiceFlags &
  ReferenceFlags &
  Pick<
    ServerOptions,
    | 'host'
    | 'port'
    | 'dialect'
    | 'characters'
    | 'maxQueue'
    | 'concurrency'
    | 'maxInputChars'
    | 'metrics'
    | 'enableControl'
    | 'lenient'
    | 'wavStreamSize'
    | 'logText'
  > & {
    config: string[]
    voiceName?: string
    apiKey: string[]
    allowPath: string[]
    allowHost: string[]
    cors: string[]
    alias: string[]
    timeout?: number
    maxMemory?: number
    compatStatus200?: boolean
    quiet?: boolean
    json?: boolean
  }

const LOOPBACK = /^(127\.|::1$|localhost$)/
// Where py-gpt-tts-server looks for its own.
const usualFiles = ['common_config.json', 'gsv_config.json']

const many = (value: string, before: string[]): string[] => [...before, value]
const range = (name: keyof typeof serverNumbers): string => {
  const { min, max, default: standard } = serverNumbers[name]
  return `${min} to ${max}, default ${standard}`
}

/** `gpt-sovits serve`: the HTTP server. */
export function serveCommand(): Command {
  const command = new Command('serve')
    .description('serve speech over HTTP, as py-gpt-tts-server, api_v2 and OpenAI do')
    .option('-a, --host <address>', 'address to listen on; default 127.0.0.1, this machine alone')
    .option('-p, --port <n>', `port; ${range('port')}`, Number)
    .option('-c, --config <file>', 'tts_infer.yaml, gsv_config.json or common_config.json of a Python server', many, [])
    .addOption(new Option('--dialect <name>', 'what /tts speaks').choices(['auto', 'character', 'api_v2', 'legacy']))
    .option('--characters <folder>', 'a folder of folders, one a character')
    .option('--voice-name <name>', 'name of that voice; default "default"')
    .option('--alias <name=character>', 'another name of a voice, as alloy=Alice:happy; may be repeated', many, [])
    .option('--api-key <key>', 'a key that requests must bring; may be repeated (or GSV_API_KEY)', many, [])
    .option('--allow-path <folder>', 'a folder that requests may name files in; may be repeated', many, [])
    .option('--allow-host <name>', 'a name the server may be called by; may be repeated; * is any', many, [])
    .option('--cors <origin>', 'an origin whose pages may use the server; may be repeated; * is any', many, [])
    .option('--max-queue <n>', `requests that may wait; ${range('maxQueue')}`, Number)
    .option('--concurrency <n>', `requests that are spoken at once; ${range('concurrency')}`, Number)
    .option('--timeout <seconds>', `until the first sound; ${range('timeoutSeconds')}`, Number)
    .option('--max-memory <MB>', 'for loaded voices; default half of the memory there is', Number)
    .option('--max-input-chars <n>', `of the OpenAI dialect; ${range('maxInputChars')}`, Number)
    .option('--metrics', 'serve /metrics')
    .option('--enable-control', 'let /control end or restart the server')
    .option('--compat-status-200', 'send errors of the character dialect with status 200')
    .option('--lenient', 'let unknown characters give way to the first one')
    .addOption(new Option('--wav-stream-size <what>', 'sizes of a streamed WAV').choices(['auto', 'zero', 'unknown']))
    .option('--log-text', 'write texts into the log')
    .option('--quiet', 'log warnings alone')
  return addReferenceOptions(addVoiceOptions(command))
    .addHelpText(
      'after',
      '\nExamples:\n  gpt-sovits serve --characters voices --hubert chinese-hubert-base' +
        '\n  gpt-sovits serve --gpt v.ckpt --sovits v.pth --hubert chinese-hubert-base --ref me.wav --ref-text "What I say."' +
        '\n  gpt-sovits serve -c GPT_SoVITS/configs/tts_infer.yaml'
    )
    .action(run)
}

async function run(flags: Flags): Promise<void> {
  surviveClosedOutput()
  const logger = loggerOf(flags)
  const options = await optionsOf(flags, logger)
  const ended = new Promise<'exit' | 'restart'>((resolve) => {
    onControl = resolve
    onEndSignal(() => resolve('exit'))
  })
  const server = await createServer(options, { onControl: (command) => onControl(command) })
  await Promise.race([start(server, options, logger), ended]) // a voice may take long to load
  const why = await ended
  logger('info', why === 'exit' ? 'ending: what is being spoken may take 10 s more' : 'restarting')
  await server.close()
  if (why === 'restart') await again()
}

// What starts a program often passes a signal on that the program has had already.
const REPEATED_MS = 500

/** Calls back at the first signal that asks for an end; another one, a while later, ends the process at once. */
function onEndSignal(end: () => void): void {
  let first: number | undefined
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      first ??= performance.now()
      if (performance.now() - first > REPEATED_MS) process.exit(130)
      end()
    })
  }
}

let onControl: (command: 'exit' | 'restart') => void = () => undefined

async function start(server: GptSovitsServer, options: ServerOptions, logger: Logger): Promise<void> {
  try {
    const url = await server.listen()
    // The one line that other programs wait for.
    process.stdout.write(`gpt-sovits serves at ${url}\n`)
    await server.ready
    logger('info', 'the voice is loaded')
  } catch (error) {
    await server.close({ graceMs: 0 })
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    throw new OptionTypeError(`port ${options.port ?? serverNumbers.port.default} is taken; choose another with --port`)
  }
}

async function optionsOf(flags: Flags, logger: Logger): Promise<ServerOptions> {
  const imported = await importedOptions(flags.config, logger)
  const characters = flags.characters ?? imported.characters
  // The demo voice speaks where nothing else is given.
  const voice = voiceOf(flags) ?? imported.voice ?? (characters === undefined ? { voice: DEMO_VOICE } : undefined)
  const { host, port, dialect, maxQueue, concurrency, maxInputChars, metrics, enableControl, lenient } = flags
  const { wavStreamSize, logText, voiceName, compatStatus200, timeout, maxMemory } = flags
  const keys = [...flags.apiKey, ...(process.env['GSV_API_KEY'] ? [process.env['GSV_API_KEY']] : [])]
  const options: ServerOptions = given({
    ...{ host: host ?? imported.host, port: port ?? imported.port, dialect, maxQueue, concurrency, maxInputChars },
    ...{ metrics, enableControl, lenient, wavStreamSize, logText, voiceName, compatStatus200, voice, characters },
    timeoutSeconds: timeout,
    maxMemory: maxMemory && maxMemory * 2 ** 20,
    reference: referenceOf(flags),
    aliases: Object.fromEntries(flags.alias.map(aliasOf)),
    apiKeys: keys,
    allowPaths: flags.allowPath,
    allowHosts: flags.allowHost,
    cors: flags.cors,
    engine: { ...imported.engine, ...engineOf(flags), logger },
    logger
  })
  tellLimits(options, logger)
  return options
}

/** The fields that were given. */
function given<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T
}

async function importedOptions(files: readonly string[], logger: Logger): Promise<ImportedConfig['options']> {
  const found = files.length > 0 ? files : usualFiles.filter((file) => existsSync(file))
  let options: ImportedConfig['options'] = {}
  for (const file of found) {
    const read = await readConfigFile(file)
    logger('info', `read ${file}`)
    for (const warning of read.warnings) logger('warn', `${file}: ${warning}`)
    options = { ...options, ...read.options, engine: { ...options.engine, ...read.options.engine } }
  }
  return options
}

function voiceOf({ voice, gpt, sovits }: Flags): ServerOptions['voice'] {
  // Names of pulled voices are no paths.
  if (voice !== undefined) return { voice: existsSync(voice) ? resolve(voice) : voice }
  if (gpt !== undefined && sovits !== undefined) return { gpt: resolve(gpt), sovits: resolve(sovits) }
  if (gpt !== undefined || sovits !== undefined) throw new OptionTypeError('--gpt and --sovits go together')
  return undefined
}

// Everything that a voice's config says beside which voice it is.
function engineOf(flags: Flags): ServerOptions['engine'] {
  const { hubert, bert, speaker, vocoder, superSampler, base } = flags
  return given({
    ...configOf(flags),
    voice: undefined,
    gpt: undefined,
    sovits: undefined,
    hubert,
    bert,
    speaker,
    vocoder,
    superSampler,
    base
  })
}

function aliasOf(text: string): [string, string] {
  const [, name, target] = /^([^=]+)=(.*)$/.exec(text) ?? []
  if (name === undefined || target === undefined)
    throw new OptionTypeError(`--alias is ${text}; write it as name=character`)
  return [name, target]
}

function tellLimits(options: ServerOptions, logger: Logger): void {
  const { host, apiKeys, maxMemory, maxQueue, concurrency, timeoutSeconds } = resolveServerOptions(options)
  if (!LOOPBACK.test(host) && apiKeys.length === 0) {
    logger('warn', `listening on ${host} without --api-key: whoever reaches this address can use the server`)
  }
  logger(
    'info',
    `voices take up to ${Math.round(maxMemory / 2 ** 20)} MB; ${concurrency} requests are spoken at once, ` +
      `${maxQueue} may wait; the first sound is due in ${timeoutSeconds} s`
  )
}

function loggerOf({ quiet, json }: Flags): Logger {
  return (level, message) => {
    if (level === 'debug' || (quiet && level === 'info')) return
    const time = new Date().toISOString()
    process.stderr.write(json ? `${JSON.stringify({ time, level, message })}\n` : `${time} ${level} ${message}\n`)
  }
}

// Whoever reads the log may leave; a server goes on.
function surviveClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.removeAllListeners('error')
    stream.on('error', () => undefined)
  }
}

/** Runs the same command once more in a process of its own, and ends as it ends. */
async function again(): Promise<void> {
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], { stdio: 'inherit' })
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.removeAllListeners(signal)
    process.on(signal, () => child.kill(signal))
  }
  process.exitCode = await new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)))
}
