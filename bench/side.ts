import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

export interface Program {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/**
 * One side of a comparison: a process that answers a line of JSON with a line of JSON. It is stopped whenever it is not
 * its turn, so that threads which wait by spinning cannot take the cores from the other side.
 */
export class Side<Request> {
  private constructor(
    private readonly child: ChildProcess,
    private readonly lines: AsyncIterator<string>,
    private readonly lastWords: () => string,
    readonly about: Readonly<Record<string, unknown>>
  ) {}

  /** Resolves when the process has loaded what it measures and sleeps. */
  static async start<Request>({ command, args, env }: Program): Promise<Side<Request>> {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } })
    let errors = ''
    child.stderr.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-2000)))
    child.on('error', (error) => (errors += error.message))
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const first = await lines.next()
    if (first.done) throw new Error(`${command} ${args[0]} ended: ${errors}`)
    const side = new Side<Request>(child, lines, () => errors, JSON.parse(first.value) as Record<string, unknown>)
    child.kill('SIGSTOP')
    return side
  }

  async measure(request: Request): Promise<Readonly<Record<string, number>>> {
    this.child.kill('SIGCONT')
    this.child.stdin?.write(`${JSON.stringify(request)}\n`)
    const line = await this.lines.next()
    this.child.kill('SIGSTOP')
    if (line.done) throw new Error(`a side ended in its turn: ${this.lastWords()}`)
    return JSON.parse(line.value) as Record<string, number>
  }

  stop(): void {
    this.child.kill('SIGKILL')
  }
}
