import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { packageRoot } from '../../lib/package-root.cjs'

export interface Answer {
  readonly seconds: number
  /** Texts that could not be read. */
  readonly failed?: number
  /** Milliseconds since the process began. */
  readonly age: number
  /** Megabytes. */
  readonly resident: number
  readonly peak: number
}

/** A process that reads texts when asked, one line in and one line out. */
export class Reader {
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>

  constructor(command: string, args: readonly string[]) {
    this.#child = spawn(command, args, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, PYTHONHASHSEED: '0' }
    })
    // What was wrong is told by how the process ends.
    this.#child.stdin?.on('error', () => undefined)
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]()
  }

  static ours(): Reader {
    return new Reader(process.execPath, [join(packageRoot, 'bench', 'text-worker.mjs')])
  }

  async line<T>(): Promise<T> {
    const line = await this.#lines.next()
    if (line.done) throw new Error(`${this.#child.spawnfile} ended with ${await this.#end()}`)
    return JSON.parse(line.value) as T
  }

  async read(mode: string, texts: readonly string[], whole = false): Promise<Answer> {
    this.#child.stdin?.write(`${JSON.stringify({ mode, texts, ...(whole && { whole }) })}\n`)
    return this.line<Answer>()
  }

  async #end(): Promise<string> {
    const { exitCode, signalCode } = this.#child
    if (exitCode === null && signalCode === null) await once(this.#child, 'exit')
    return this.#child.signalCode ?? `code ${this.#child.exitCode}`
  }

  stop(): void {
    this.#child.stdin?.end()
  }
}

export interface Peer {
  readonly reader: Reader
  readonly modes: readonly string[]
}

export async function startPeer(folder: string, python: string): Promise<Peer> {
  const model = join(packageRoot, 'lib', 'text', 'data', 'langseg', 'lid.176.ftz')
  const reader = new Reader(python, [join(packageRoot, 'bench', 'text_peer.py'), folder, model])
  return { reader, modes: (await reader.line<{ modes: string[] }>()).modes }
}
