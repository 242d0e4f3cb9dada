import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MissingDataError } from '../errors.js'
import { packageRoot } from '../package-root.cjs'

/** Path of a table that ships with the package, such as `en/dictionary.bin.br`. */
export function dataFile(name: string): string {
  return join(packageRoot, 'lib', 'text', 'data', name)
}

/** Bytes of a table or a user's model. */
export function readDataFile(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (cause) {
    throw new MissingDataError(`${path} cannot be read; reinstall gpt-sovits, or correct the option that names it`, {
      cause
    })
  }
}
