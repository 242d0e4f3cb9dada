import { Command } from 'commander'
import { OptionTypeError } from '../../errors.js'
import { inspect, listPublished, pull, type Pulled, type PullOptions } from '../../store/index.js'
import { pullDictionary } from '../../text/index.js'
import { interruptSignal } from '../exit.js'
import { ProgressLine } from '../progress.js'
import { megabytes } from '../sizes.js'

const dictionaries: Readonly<Record<string, 'ja' | 'ko'>> = { 'dict-ja': 'ja', 'dict-ko': 'ko' }

interface Options {
  hub?: string
  sha256?: string
  connections?: number
  timeout?: number
  list?: boolean
  json?: boolean
}

/** `gpt-sovits pull`: fetches what is too large for the package, and voices. */
export function pullCommand(): Command {
  return new Command('pull')
    .description('fetch base models, dictionaries, or a voice; nothing else of this program does')
    .argument('[what...]', 'a name of --list; owner/name, owner/name/path/file or web addresses for a voice')
    .option('--list', 'list the names')
    .option('--hub <address>', 'another hub than huggingface.co; also GSV_HUB or HF_ENDPOINT')
    .option('--sha256 <hash>', 'what the file must be, when it is asked for by its web address')
    .option('--connections <n>', 'connections for one file, 1 to 16, default 4', Number)
    .option('--timeout <seconds>', 'give a file up after that long; no limit by default', Number)
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nA stopped download goes on where it ended. HF_TOKEN is told to the hub alone.' +
        '\n\nExamples:\n  gpt-sovits pull hubert bert\n  gpt-sovits pull dict-ja\n  gpt-sovits pull owner/name' +
        '\n  gpt-sovits pull hubert --hub https://hf-mirror.com'
    )
    .action(run)
}

async function run(what: string[], { list, json, ...options }: Options): Promise<void> {
  const say = (lines: readonly string[], value: unknown): void =>
    void process.stdout.write(`${json ? JSON.stringify(value) : lines.join('\n')}\n`)
  if (list) return say(listing(), listPublished())
  if (what.length === 0) throw new OptionTypeError('name what to pull; `gpt-sovits pull --list` shows the names')
  const line = new ProgressLine(json === true)
  const pulled = await fetchAll(what, options, line).finally(() => line.end())
  const lines: string[] = []
  for (const each of pulled) lines.push(...(await describe(each)))
  say(lines, pulled.length === 1 ? pulled[0] : pulled)
}

async function fetchAll(what: readonly string[], options: Options, line: ProgressLine): Promise<Partial<Pulled>[]> {
  const { timeout, connections, hub, sha256 } = options
  if (connections !== undefined && !(Number.isInteger(connections) && connections >= 1 && connections <= 16)) {
    throw new OptionTypeError(`--connections is ${connections}; it must be an integer from 1 to 16`)
  }
  const signal = interruptSignal()
  const isDictionary = (name: string): boolean => Object.hasOwn(dictionaries, name)
  const pulled: Partial<Pulled>[] = []
  for (const name of what.filter(isDictionary)) {
    const folder = await pullDictionary(dictionaries[name]!, { signal, onProgress: dictionaryProgress(line) })
    pulled.push({ folder })
  }
  const others = what.filter((name) => !isDictionary(name))
  if (others.length === 0) return pulled
  const onProgress: PullOptions['onProgress'] = ({ file, doneBytes, totalBytes }) =>
    line.update(`${file} ${megabytes(doneBytes)}`, totalBytes === undefined ? undefined : doneBytes / totalBytes)
  const all = await pull(others, { hub, sha256, connections, timeoutSeconds: timeout, signal, onProgress })
  return [...pulled, ...all]
}

function dictionaryProgress(line: ProgressLine) {
  return ({ phase, doneBytes, totalBytes }: { phase: string; doneBytes: number; totalBytes: number }): void =>
    line.update(`${phase} ${megabytes(doneBytes)}`, doneBytes / totalBytes)
}

function listing(): string[] {
  const rows: [string, string, string][] = listPublished().map(({ name, what, bytes }) => [
    name,
    bytes ? megabytes(bytes) : '',
    what
  ])
  rows.push(['dict-ja', '30 MB', 'Japanese words'], ['dict-ko', '34 MB', 'Korean words'])
  return rows.map(([name, size, what]) => `${name.padEnd(16)}${size.padStart(8)}  ${what}`)
}

async function describe({ folder = '', files = [] }: Partial<Pulled>): Promise<string[]> {
  const lines = [folder]
  for (const { name, bytes, verified } of files) {
    const trust = verified === 'no' ? '; nobody vouches for its content' : ''
    lines.push(`  ${name}  ${megabytes(bytes)}${await kindOf(`${folder}/${name}`)}${trust}`)
  }
  return lines
}

async function kindOf(path: string): Promise<string> {
  if (!/\.(ckpt|pth|bin|pt)$/.test(path)) return ''
  return inspect(path).then(
    ({ what }) => `  ${what}`,
    (error: unknown) => `  ${(error as Error).message}`
  )
}
