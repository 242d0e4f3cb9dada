import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One recorded answer of an original. */
export interface Recorded {
  readonly case: string
  readonly status: number
  readonly ctype: string | null
  readonly cdisp?: string | null
  readonly clen: string | null
  readonly len: number
  /** First 44 bytes of sound in hex, else the first 300 characters. */
  readonly head: string
  /** What reached the synthesizer: character dialect. */
  readonly params?: Readonly<Record<string, unknown>>
  /** api_v2: streaming_mode, return_fragment, fixed_length_chunk. */
  readonly mode?: readonly (boolean | null)[]
  readonly lang?: string | null
  readonly aux?: unknown
}

export type Kind = 'character' | 'api_v2'

/** Every recorded answer in a folder, in order, with the server it was made with. */
export function readRecorded(folder: string): { kind: Kind; file: string; cases: Recorded[] }[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((file) => {
      const cases = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Recorded[]
      return { file, kind: cases.some((each) => 'mode' in each) ? 'api_v2' : 'character', cases }
    })
}

/** What is sent for a case. */
export interface Sent {
  readonly method: string
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  /** JSON, or text that is sent as it is. */
  readonly body?: unknown
  readonly contentType?: string
}
