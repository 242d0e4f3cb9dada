import { DeadlineError, OverloadedError } from '../errors.js'

export interface AdmissionOptions {
  /** Requests that are spoken at once. */
  readonly concurrency: number
  /** Requests that wait; one more is refused. */
  readonly maxQueue: number
}

interface Waiting {
  enter(): void
  refuse(error: Error): void
}

/** Lets requests in, in order: some speak, some wait, the rest are told to come later. */
export class Admission {
  #running = 0
  readonly #queue = new Set<Waiting>()
  #closing = false
  #idle: (() => void)[] = []

  constructor(private readonly options: AdmissionOptions) {}

  get running(): number {
    return this.#running
  }

  get waiting(): number {
    return this.#queue.size
  }

  get isClosing(): boolean {
    return this.#closing
  }

  /**
   * Resolves with a function that gives the place back.
   * @throws {OverloadedError} when the queue is full or the server is ending; at once, so that the caller can go elsewhere.
   */
  async enter(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted()
    this.checkRoom()
    if (this.#running < this.options.concurrency) {
      this.#running++
      return this.#leave()
    }
    await this.#wait(signal)
    return this.#leave()
  }

  /** Turns a request away before anything is done for it. @throws {OverloadedError} as `enter` would. */
  checkRoom(): void {
    if (this.#closing) throw new OverloadedError('the server is shutting down')
    if (this.#running < this.options.concurrency || this.#queue.size < this.options.maxQueue) return
    throw new OverloadedError(`the server is busy: ${this.#queue.size} requests are waiting`)
  }

  /** Lets nobody in any more and resolves when the last one has left. Who waits is still served. */
  async drain(): Promise<void> {
    this.#closing = true
    if (this.#running === 0 && this.#queue.size === 0) return
    await new Promise<void>((resolve) => this.#idle.push(resolve))
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#queue.delete(waiting)
        signal.removeEventListener('abort', stop)
      }
      const waiting: Waiting = {
        enter: () => (leave(), resolve()),
        refuse: (error) => (leave(), reject(error))
      }
      const stop = (): void => {
        waiting.refuse(signal.reason as Error)
        this.#tellIdle()
      }
      this.#queue.add(waiting)
      signal.addEventListener('abort', stop, { once: true })
    })
  }

  #leave(): () => void {
    let held = true
    return () => {
      if (!held) return
      held = false
      const [next] = this.#queue
      if (next) return next.enter() // the place goes from hand to hand, so that no newcomer slips in between
      this.#running--
      this.#tellIdle()
    }
  }

  #tellIdle(): void {
    if (this.#running > 0 || this.#queue.size > 0) return
    for (const resolve of this.#idle.splice(0)) resolve()
  }
}

/** Aborts with a DeadlineError unless `met` is called in time. */
export function deadline(controller: AbortController, seconds: number): { met(): void } {
  const timer = setTimeout(
    () => controller.abort(new DeadlineError(`no sound was ready within ${seconds} s`)),
    seconds * 1000
  )
  timer.unref()
  return { met: () => clearTimeout(timer) }
}
