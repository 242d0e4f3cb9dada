import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { FileError, VoiceNotFoundError } from '../errors.js'
import type { Character } from './character.js'
import { characterNames, readCharacter } from './folder.js'

export interface CharactersOptions {
  /** A folder of folders, one a character. */
  readonly directory?: string | undefined
  /** A character that has no folder; it comes first. */
  readonly own?: Character | undefined
}

interface Known {
  readonly changed: number
  readonly character: Character
}

/** The characters that can be asked for. Folders are looked at anew for each call, so that new ones are found. */
export class Characters {
  readonly #own: Character | undefined
  /** Absolute path of the folder of folders. */
  readonly directory: string | undefined
  readonly #known = new Map<string, Known>()

  constructor(options: CharactersOptions) {
    this.#own = options.own
    this.directory = options.directory === undefined ? undefined : resolve(options.directory)
  }

  /** Names in order: the one without a folder, then folders by name. */
  async names(): Promise<string[]> {
    const own = this.#own ? [this.#own.name] : []
    if (this.directory === undefined) return own
    const folders = await characterNames(this.directory).catch((cause: unknown) => {
      throw new FileError(`${this.directory} cannot be read: ${(cause as Error).message}`, { cause })
    })
    return [...own, ...folders.filter((name) => name !== this.#own?.name)]
  }

  async list(): Promise<Character[]> {
    return Promise.all((await this.names()).map((name) => this.#read(name)))
  }

  /**
   * The character of a name, compared without case; without a name, the first one.
   * @throws {VoiceNotFoundError}
   */
  async find(name?: string): Promise<Character> {
    const names = await this.names()
    const found = name === undefined ? names[0] : match(names, name)
    if (found === undefined) {
      throw new VoiceNotFoundError(
        name === undefined
          ? 'there is no character; start the server with a voice or a characters folder'
          : `character not found: ${name}`
      )
    }
    return this.#read(found)
  }

  async #read(name: string): Promise<Character> {
    if (name === this.#own?.name) return this.#own
    const folder = join(this.directory as string, name)
    const changed = await changeTime(folder)
    const known = this.#known.get(name)
    if (known?.changed === changed) return known.character
    const character = await readCharacter(folder)
    this.#known.set(name, { changed, character })
    return character
  }
}

// Exact before case-insensitive: two folders may differ by case alone.
function match(names: readonly string[], wanted: string): string | undefined {
  if (/[/\\\0]|\.\./.test(wanted)) return undefined
  const plain = wanted.toLowerCase()
  return names.find((name) => name === wanted) ?? names.find((name) => name.toLowerCase() === plain)
}

async function changeTime(folder: string): Promise<number> {
  const times = await Promise.all(
    [folder, join(folder, 'infer_config.json')].map((path) =>
      stat(path).then(
        (found) => found.mtimeMs,
        () => 0
      )
    )
  )
  return times.reduce((sum, time) => sum + time, 0)
}
