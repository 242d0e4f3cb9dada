#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { packageRoot } from '../package-root.cjs'
import { batchCommand } from './commands/batch.js'
import { benchCommand } from './commands/bench.js'
import { doctorCommand } from './commands/doctor.js'
import { exportCommand } from './commands/export.js'
import { importCommand } from './commands/import.js'
import { inspectCommand } from './commands/inspect.js'
import { modelsCommand } from './commands/models.js'
import { phonesCommand } from './commands/phones.js'
import { pullCommand } from './commands/pull.js'
import { sayCommand } from './commands/say.js'
import { serveCommand } from './commands/serve.js'
import { voicesCommand } from './commands/voices.js'
import { fail } from './exit.js'

const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string }

const program = new Command('gpt-sovits')
  .description('GPT-SoVITS voices, natively: speak, import, inspect.')
  .version(version)
  .showHelpAfterError()
  .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C.')

for (const command of [
  sayCommand(),
  batchCommand(),
  serveCommand(),
  voicesCommand(),
  importCommand(),
  exportCommand(),
  inspectCommand(),
  modelsCommand(),
  phonesCommand(),
  pullCommand(),
  doctorCommand(),
  benchCommand()
]) {
  program.addCommand(command.copyInheritedSettings(program).exitOverride())
}
program.exitOverride()

// A reader that closes the pipe early is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
})

program.parseAsync().catch(fail)
