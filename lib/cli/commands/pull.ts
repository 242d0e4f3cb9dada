import { Argument, Command } from 'commander'
import { pullDictionary, type PullProgress } from '../../text/index.js'
import { interruptSignal } from '../exit.js'
import { ProgressLine } from '../progress.js'

const dictionaries = { 'dict-ja': 'ja', 'dict-ko': 'ko' } as const

/** `gpt-sovits pull`: fetches what is too large for the package. */
export function pullCommand(): Command {
  return new Command('pull')
    .description('fetch a dictionary that is too large for the package')
    .addArgument(new Argument('<what>', 'Japanese or Korean words').choices(Object.keys(dictionaries)))
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExample:\n  gpt-sovits pull dict-ja')
    .action(async (what: keyof typeof dictionaries, { json }: { json?: boolean }) => {
      const line = new ProgressLine(json === true)
      const onProgress = ({ phase, doneBytes, totalBytes }: PullProgress): void =>
        line.update(`${phase} ${(doneBytes / 1e6).toFixed(0)} MB`, doneBytes / totalBytes)
      const options = { onProgress, signal: interruptSignal() }
      const folder = await pullDictionary(dictionaries[what], options).finally(() => line.end())
      process.stdout.write(json ? `${JSON.stringify({ folder })}\n` : `${folder}\n`)
    })
}
