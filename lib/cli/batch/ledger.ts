import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { FileError } from '../../errors.js'
import type { Job } from './job.js'

const NAME = 'batch.jsonl'

/** A line of the ledger. */
interface Entry {
  readonly out: string
  readonly key: string
  readonly duration: number
  readonly seed: number
}

/** Which jobs are done, kept in the folder that is written to: a batch that was stopped goes on where it was. */
export class Ledger {
  readonly #keys = new Map<string, string>()
  #file: FileHandle | undefined

  constructor(
    private readonly folder: string,
    /** What the command line says: another voice makes other sound. */
    private readonly voice: unknown
  ) {}

  async read(): Promise<void> {
    const path = join(this.folder, NAME)
    if (!existsSync(path)) return
    for await (const line of createInterface({ input: createReadStream(path, 'utf8') })) {
      const entry = parsed(line)
      if (entry) this.#keys.set(entry.out, entry.key)
    }
  }

  /** Whether the job's file is there and was made from the same row by the same voice. */
  isDone(job: Job): boolean {
    return this.#keys.get(job.out) === this.#key(job) && existsSync(join(this.folder, job.out))
  }

  async add(job: Job, result: { duration: number; seed: number }): Promise<void> {
    const entry: Entry = { out: job.out, key: this.#key(job), ...result }
    try {
      this.#file ??= await open(join(this.folder, NAME), 'a')
      await this.#file.writeFile(`${JSON.stringify(entry)}\n`)
    } catch (cause) {
      throw new FileError(`${join(this.folder, NAME)} cannot be written: ${(cause as Error).message}`, { cause })
    }
  }

  async close(): Promise<void> {
    await this.#file?.close()
    this.#file = undefined
  }

  #key({ text, format, reference, options }: Job): string {
    const made = JSON.stringify([text, format, reference, options, this.voice])
    return createHash('sha256').update(made).digest('hex').slice(0, 16)
  }
}

// A line that was cut off by a power failure is as if it were not there.
function parsed(line: string): Entry | undefined {
  try {
    const entry = JSON.parse(line) as Entry
    return typeof entry.out === 'string' && typeof entry.key === 'string' ? entry : undefined
  } catch {
    return undefined
  }
}
