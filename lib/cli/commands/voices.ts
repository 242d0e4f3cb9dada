import { Command } from 'commander'
import { Characters } from '../../voices/index.js'

/** `gpt-sovits voices`: what a characters folder holds. */
export function voicesCommand(): Command {
  return new Command('voices')
    .description('list the characters of a folder, and their emotions')
    .argument('<folder>', 'a folder of folders, one a character')
    .option('--json', 'print the list as JSON')
    .addHelpText('after', '\nExample:\n  gpt-sovits voices my-characters')
    .action(run)
}

async function run(folder: string, { json }: { json?: boolean }): Promise<void> {
  const characters = await new Characters({ directory: folder }).list()
  if (json) {
    process.stdout.write(`${JSON.stringify(characters)}\n`)
    return
  }
  for (const { name, model, emotions } of characters) {
    const tones = emotions.map((emotion) => (emotion.reference ? emotion.name : `${emotion.name} (no recording)`))
    process.stdout.write(`${name}${model ? '' : ' (no networks)'}: ${tones.join(', ')}\n`)
  }
}
