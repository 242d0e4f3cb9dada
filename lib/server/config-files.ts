import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { FileError, OptionTypeError } from '../errors.js'
import type { PoolConfig } from '../voices/index.js'
import type { ServerOptions } from './options.js'

/** What a configuration file of an original says in our terms. */
export interface ImportedConfig {
  readonly options: Pick<ServerOptions, 'host' | 'port' | 'characters' | 'engine' | 'voice'>
  /** What the file says that has no meaning here. */
  readonly warnings: readonly string[]
}

type Fields = Readonly<Record<string, unknown>>

/**
 * Reads a configuration file of one of the Python servers: `tts_infer.yaml` of api_v2, `gsv_config.json` or
 * `common_config.json` of py-gpt-tts-server; told apart by what they hold. Relative paths count from the working
 * directory, as theirs do.
 * @throws {FileError} when it cannot be read. @throws {OptionTypeError} when it is none of the three.
 */
export async function readConfigFile(path: string): Promise<ImportedConfig> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new FileError(`${path} cannot be read: ${(cause as Error).message}`, { cause })
  })
  const fields = await parseFields(path, text)
  const kind = kinds.find(({ is }) => is(fields))
  if (!kind) {
    throw new OptionTypeError(
      `${path} is no configuration that is known: tts_infer.yaml, gsv_config.json, common_config.json`
    )
  }
  return kind.read(fields)
}

async function parseFields(path: string, text: string): Promise<Fields> {
  const { parse: parseYaml } = await import('yaml')
  try {
    // JSON is YAML too; aliases are not expanded without end.
    const value = parseYaml(text, { maxAliasCount: 100 }) as unknown
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
  } catch (cause) {
    throw new OptionTypeError(`${path} is neither JSON nor YAML: ${(cause as Error).message}`, { cause })
  }
  throw new OptionTypeError(`${path} must hold an object`)
}

const sections = ['custom', 'v2', 'v2ProPlus', 'v2Pro', 'v4', 'v3', 'v1', 'default']

const kinds: readonly { is: (fields: Fields) => boolean; read: (fields: Fields) => ImportedConfig }[] = [
  { is: (fields) => section(fields) !== undefined, read: (fields) => readTtsInfer(section(fields) as Fields) },
  { is: (fields) => isFields(fields['pure_api_config']), read: readCommon },
  {
    is: (fields) => ['models_path', 'cnhubert_base_path', 'device', 'is_half'].some((key) => key in fields),
    read: readGsv
  }
]

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

// `custom` is what the original takes; without it, the version it would fall back to.
function section(fields: Fields): Fields | undefined {
  const name = sections.find((each) => isFields(fields[each]) && 't2s_weights_path' in (fields[each] as Fields))
  return name === undefined ? undefined : (fields[name] as Fields)
}

function readTtsInfer(fields: Fields): ImportedConfig {
  const gpt = path(fields['t2s_weights_path'])
  const sovits = path(fields['vits_weights_path'])
  const networks = { hubert: path(fields['cnhuhbert_base_path']), bert: path(fields['bert_base_path']) }
  return {
    options: { ...(gpt && sovits && { voice: { gpt, sovits } }), engine: engine(fields, networks) },
    warnings: []
  }
}

function readGsv(fields: Fields): ImportedConfig {
  const networks = { hubert: path(fields['cnhubert_base_path']), bert: path(fields['bert_base_path']) }
  const characters = path(fields['models_path'])
  const unused = ['save_prompt_cache', 'prompt_cache_dir'].filter((key) => fields[key])
  return {
    options: { ...(characters && { characters }), engine: engine(fields, networks) },
    warnings: unused.map((key) => `${key} has no meaning here: references are kept in memory by their content`)
  }
}

function readCommon(fields: Fields): ImportedConfig {
  const { tts_host: host, tts_port: port, synthesizer } = fields['pure_api_config'] as Fields
  const known = synthesizer === undefined || /gsv|gpt.?sovits/i.test(String(synthesizer))
  return {
    options: {
      ...(typeof host === 'string' && host !== '' && { host }),
      ...(Number.isInteger(Number(port ?? NaN)) && { port: Number(port) })
    },
    warnings: known ? [] : [`synthesizer is ${JSON.stringify(synthesizer)}; there is one here`]
  }
}

function engine(fields: Fields, networks: { hubert: string | undefined; bert: string | undefined }): PoolConfig {
  const device = fields['device']
  const isHalf = String(fields['is_half']).toLowerCase() === 'true'
  const { hubert, bert } = networks
  return {
    ...(hubert && { hubert }),
    ...(bert && { bert }),
    ...(typeof device === 'string' && /^(auto|cpu|cuda(:\d+)?)$/.test(device) && { device }),
    ...(isHalf && { precision: 'fp16' as const })
  }
}

function path(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? resolve(value) : undefined
}
