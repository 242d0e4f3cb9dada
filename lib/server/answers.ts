import type { ServerResponse } from 'node:http'

/** Counts the answers that are on their way, so that a server which ends can wait for their last bytes. */
export class Answers {
  #count = 0
  #idle: (() => void)[] = []

  begin(response: ServerResponse): void {
    this.#count++
    response.once('close', () => {
      this.#count--
      if (this.#count === 0) for (const resolve of this.#idle.splice(0)) resolve()
    })
  }

  async idle(): Promise<void> {
    if (this.#count > 0) await new Promise<void>((resolve) => this.#idle.push(resolve))
  }
}
