import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createTextFrontend, type TextFrontend, type TextPiece } from '../../../lib/text/index.js'
import { languageLoaders } from './loaders.js'
import type { FrontRow } from './golden.js'

export interface RowReader {
  pronounce(row: FrontRow): Promise<TextPiece>
}

/** The text frontends that a folder of goldens needs: plain, with replayed polyphones, with a user dictionary. */
export class Frontends {
  readonly #folder: string
  readonly #readers = new Map<string, RowReader>()

  constructor(folder: string) {
    this.#folder = folder
  }

  /** The reader of a file: `NAME.csv` beside `NAME.jsonl` is its Japanese user dictionary. */
  of(file: string): RowReader {
    const path = join(this.#folder, `${file}.csv`)
    const userDictionary = existsSync(path) ? path : undefined
    const key = userDictionary ?? ''
    let reader = this.#readers.get(key)
    if (!reader) {
      reader = makeReader(userDictionary)
      this.#readers.set(key, reader)
    }
    return reader
  }
}

function makeReader(userDictionary: string | undefined): RowReader {
  let answers: ReadonlyMap<string, readonly string[]> = new Map()
  const plain = createTextFrontend(languageLoaders({ userDictionary }))
  const replaying = createTextFrontend(
    languageLoaders({ userDictionary, polyphones: (sentence) => answers.get(sentence) })
  )
  return {
    pronounce(row) {
      answers = new Map(row.g2pw_replay?.map(({ sentence, pinyin }) => [sentence, pinyin]))
      const frontend: TextFrontend = row.g2pw_replay ? replaying : plain
      return frontend.pronounce(row.text, { language: row.lang_mode, version: row.version })
    }
  }
}
