import { VoiceNotFoundError, WrongModelError } from '../errors.js'
import { inspect } from '../store/index.js'
import type { VoiceModel } from '../voices/index.js'
import type { Services } from './services.js'

/** The two files of a voice, of which one may be changed alone. */
export interface Weights {
  readonly gpt?: string
  readonly sovits?: string
}

type Kind = keyof Weights

const kinds: Readonly<Record<Kind, readonly string[]>> = { gpt: ['s1'], sovits: ['s2', 's2-lora'] }
const other: Readonly<Record<Kind, Kind>> = { gpt: 'sovits', sovits: 'gpt' }

/**
 * Switches the server's own voice, one switch after the other: each begins with what the one before left.
 * Callers change one file at a time, so on the way from one version to another the two do not fit. Such a half is kept
 * until the other one comes; until then the old pair speaks.
 */
export class WeightSwitch {
  #last: Promise<unknown> = Promise.resolve()
  #half: Weights = {}

  constructor(private readonly services: Pick<Services, 'paths' | 'currentModel' | 'switchModel'>) {}

  /** Resolves with the kind that is waited for, if any. @throws what finding and loading the files throws. */
  set(paths: Weights): Promise<Kind | undefined> {
    const done = this.#last.then(() => this.#switch(paths))
    this.#last = done.catch(() => undefined)
    return done
  }

  async #switch(paths: Weights): Promise<Kind | undefined> {
    const given = await this.#find(paths)
    const now = await this.services.currentModel()
    const pair = { ...(now && 'gpt' in now ? now : {}), ...this.#half, ...given }
    try {
      if (!pair.gpt || !pair.sovits)
        throw new WrongModelError('there are no weights of the other kind to go with these')
      await this.services.switchModel(pair as VoiceModel)
      this.#half = {}
      return undefined
    } catch (error) {
      const [kind, more] = Object.keys(given) as Kind[]
      if (!(error instanceof WrongModelError) || kind === undefined || more !== undefined) throw error
      if (!kinds[kind].includes((await inspect(given[kind] as string)).kind)) throw error
      this.#half = { [kind]: given[kind] }
      return other[kind]
    }
  }

  async #find(paths: Weights): Promise<Weights> {
    const found = Object.entries(paths).map(async ([kind, path]) => {
      const file = await this.services.paths.find(path)
      if (file === undefined) throw new VoiceNotFoundError(`${path} is not there`)
      return [kind, file]
    })
    return Object.fromEntries(await Promise.all(found)) as Weights
  }
}
