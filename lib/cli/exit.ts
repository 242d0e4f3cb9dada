import { CommanderError } from 'commander'

/** Ctrl-C aborts what runs; a second one ends the process at once. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController()
  process.once('SIGINT', () => {
    controller.abort()
    process.once('SIGINT', () => process.exit(130))
  })
  process.once('SIGTERM', () => controller.abort())
  return controller.signal
}

/** Prints an error for people, or as JSON when `--json` was given, and sets the exit code. */
export function fail(error: unknown): void {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2
    return
  }
  const { name, code, message } = error as { name: string; code?: string; message: string }
  if (name === 'AbortError') {
    process.stderr.write('\nstopped\n')
    process.exitCode = 130
    return
  }
  if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ error: { code, name, message } })}\n`)
  else process.stderr.write(`gpt-sovits: ${message}${code ? ` (${code})` : ''}\n`)
  process.exitCode = code === 'ERR_GSV_OUT_OF_RANGE' || code === 'ERR_GSV_WRONG_TYPE' ? 2 : 1
}
