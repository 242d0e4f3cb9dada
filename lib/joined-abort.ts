import { setMaxListeners } from 'node:events'

/**
 * A controller that is also aborted when one of other signals is, until it is left. `AbortSignal.any` keeps a mark in a
 * signal for as long as that one lives; those of a voice or a server live through very many requests.
 */
export class JoinedAbort {
  readonly #controller = new AbortController()
  readonly #sources: readonly AbortSignal[]
  readonly #follow = (event: Event): void => this.abort((event.target as AbortSignal).reason)

  constructor(...sources: readonly (AbortSignal | undefined)[]) {
    this.#sources = sources.filter((source) => source !== undefined)
    for (const source of this.#sources) {
      setMaxListeners(0, source) // a listener for each call at work: more than ten are no leak
      if (source.aborted) this.abort(source.reason)
      else source.addEventListener('abort', this.#follow, { once: true })
    }
    if (this.signal.aborted) this.leave()
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Follows no other signal any more. */
  leave(): void {
    for (const source of this.#sources) source.removeEventListener('abort', this.#follow)
  }

  abort(reason?: unknown): void {
    this.leave()
    this.#controller.abort(reason)
  }
}
