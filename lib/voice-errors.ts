import type { VoiceModules } from './store/index.js'

type Origin = Pick<VoiceModules, 'files' | 'warnings'>

/**
 * An error of a voice that was loaded or spoke, with the file that causes it: native code says which network. Of weights
 * that are not finite the import knew the tensor.
 */
export function withFiles(error: unknown, { files, warnings }: Origin): unknown {
  const { detail = '' } = error as { detail?: string }
  const blamed = detail
    .split(' ')
    .flatMap((network) => (Object.hasOwn(files, network) ? [files[network] as string] : []))
  if (!(error instanceof Error) || blamed.length === 0) return error
  const known = warnings.filter((warning) => blamed.some((file) => warning.startsWith(`${file}:`)))
  const { message } = error
  error.message = `${message} (${(known.length > 0 ? known : blamed).join('; ')})`
  if (error.stack) error.stack = error.stack.replace(message, () => error.message)
  return error
}
