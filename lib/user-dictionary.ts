import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { FileError } from './errors.js'
import { binding, run } from './native.js'
import { cacheFolder } from './store/index.js'

/**
 * A Japanese user dictionary, compiled once per content and kept in the cache.
 * @param dictionary folder of the Japanese dictionary that it adds to
 * @param csv the words, in MeCab's CSV format
 * @returns the compiled file
 * @throws {FileError} the CSV cannot be read, or the cache cannot be written.
 */
export async function compiledUserDictionary(dictionary: string, csv: string, cacheDir?: string): Promise<string> {
  const words = await readFile(csv).catch((cause: unknown) => {
    throw new FileError(`${csv} cannot be read: ${(cause as Error).message}`, { cause })
  })
  // A compiled dictionary holds the numbers of the one it was compiled against.
  const { size } = await stat(join(dictionary, 'sys.dic'))
  const hash = createHash('sha256').update(`${size}\n`).update(words).digest('hex')
  const compiled = join(cacheFolder(cacheDir), 'user-dictionaries', `${hash}.dic`)
  if (!existsSync(compiled)) await compile(dictionary, resolve(csv), compiled)
  return compiled
}

// The file appears whole or not at all.
async function compile(dictionary: string, csv: string, output: string): Promise<void> {
  const partial = join(dirname(output), `.${basename(output)}.${process.pid}.${Date.now()}`)
  await mkdir(dirname(output), { recursive: true }).catch((cause: unknown) => {
    throw new FileError(`${dirname(output)} cannot be made: ${(cause as Error).message}`, { cause })
  })
  try {
    await run((job) => binding().compileUserDictionary(job, dictionary, csv, partial))
    await rename(partial, output)
  } finally {
    await rm(partial, { force: true })
  }
}
