import { Command } from 'commander'
import { OptionTypeError } from '../../errors.js'
import {
  cacheFolder,
  listStored,
  removeStored,
  type Selection,
  type StoredItem,
  verifyStored
} from '../../store/index.js'
import { interruptSignal } from '../exit.js'
import { ProgressLine } from '../progress.js'
import { megabytes } from '../sizes.js'

interface Options {
  all?: boolean
  unused?: boolean
  json?: boolean
}

/** `gpt-sovits models`: what the cache keeps. */
export function modelsCommand(): Command {
  const command = new Command('models').description('list, check and remove what is kept of models')
  command
    .command('list', { isDefault: true })
    .description('imported modules, unpacked archives and pulled files: size, last use, voices')
    .option('--json', 'print the list as JSON')
    .action(list)
  command
    .command('where')
    .description('print the folder; GSV_CACHE_DIR moves it')
    .option('--json', 'print it as JSON')
    .action(({ json }: Options) => print([cacheFolder()], { folder: cacheFolder() }, json))
  selecting(command.command('remove').description('remove items; what is needed later is imported again'))
    .option('--unused', 'what no voice uses whose files are still there, and what is not whole')
    .action(remove)
  selecting(command.command('verify').description('read every byte again; what is damaged is made again later')).action(
    verify
  )
  return command.addHelpText('after', '\nExamples:\n  gpt-sovits models\n  gpt-sovits models remove --unused')
}

function selecting(command: Command): Command {
  return command
    .argument('[names...]', 'names of the list, beginnings of them, or a voice')
    .option('--all', 'everything')
    .option('--json', 'print the result as JSON')
}

function selection(names: readonly string[], { all, unused }: Options): Selection {
  if (Number(names.length > 0) + Number(all === true) + Number(unused === true) !== 1) {
    throw new OptionTypeError('name what is meant, or give --all, or for remove --unused')
  }
  return all ? 'all' : unused ? 'unused' : names
}

async function list({ json }: Options): Promise<void> {
  const { folder, items, bytes } = await listStored()
  print([...items.map(row), `${megabytes(bytes)} in ${folder}`], { folder, items, bytes }, json)
}

async function remove(names: string[], options: Options): Promise<void> {
  const removed = await removeStored(selection(names, options))
  requireAny(removed, names)
  const bytes = removed.reduce((sum, item) => sum + item.bytes, 0)
  print([...removed.map(row), `${megabytes(bytes)} removed`], { removed, bytes }, options.json)
}

async function verify(names: string[], options: Options): Promise<void> {
  const line = new ProgressLine(options.json === true)
  const onItem = ({ name }: StoredItem, index: number, count: number): void => line.update(name, index / count)
  const meant = selection(names, names.length > 0 ? options : { ...options, all: true })
  const verified = await verifyStored(meant, undefined, { signal: interruptSignal(), onItem }).finally(() => line.end())
  requireAny(verified, names)
  const lines = verified.map(
    ({ item, fault }) => `${fault === undefined ? 'ok     ' : 'DAMAGED'}  ${item.name}  ${fault ?? ''}`
  )
  print(lines, { verified }, options.json)
  if (verified.some(({ fault }) => fault !== undefined)) process.exitCode = 1
}

function requireAny(found: readonly unknown[], names: readonly string[]): void {
  if (found.length === 0 && names.length > 0) {
    throw new OptionTypeError(`nothing is called ${names.join(' or ')}; \`gpt-sovits models\` shows the names`)
  }
}

function row({ kind, name, bytes, lastUsed, what, voices, sound }: StoredItem): string {
  const used = lastUsed.toISOString().slice(0, 10)
  const users = voices.length === 0 ? '' : `; used by ${voices.join(', ')}`
  const head = `${kind.padEnd(8)} ${shorten(name).padEnd(28)} ${megabytes(bytes).padStart(8)}  ${used}`
  return `${head}  ${sound ? '' : 'DAMAGED: '}${what}${users}`
}

// Enough of a hash to name it by.
function shorten(name: string): string {
  return name.length <= 28 ? name : name.slice(0, 28)
}

function print(lines: readonly string[], value: unknown, json: boolean | undefined): void {
  process.stdout.write(`${json ? JSON.stringify(value) : lines.join('\n')}\n`)
}
