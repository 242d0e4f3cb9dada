import { type FileHandle, open, readFile, rm } from 'node:fs/promises'
import { FileError } from '../../errors.js'
import { writeWhole } from '../cache.js'

/** A stretch of the file that one connection fetches. */
export interface Segment {
  readonly start: number
  /** Exclusive. */
  readonly end: number
  /** Bytes of it that are in the file. */
  done: number
}

/** What must be unchanged for a half file to be carried on with. */
export interface Source {
  readonly url: string
  readonly bytes: number
  /** As in `Offer`; without one nothing is carried on with. */
  readonly validator: string
}

const NOTE_EVERY_MS = 300

/**
 * `NAME.part` and the note beside it that says which stretches of it are filled. The note is written after the bytes it
 * tells of, so a killed process leaves at worst bytes that are fetched twice.
 */
export class PartFile {
  #written = 0
  readonly #file: FileHandle
  readonly resumed: boolean

  private constructor(
    readonly path: string,
    file: FileHandle,
    readonly source: Source,
    readonly segments: readonly Segment[]
  ) {
    this.#file = file
    this.resumed = segments.some(({ done }) => done > 0)
  }

  /** Carries on with what an earlier run left of the same source, else begins anew in `count` segments. */
  static async open(path: string, source: Source, count: number): Promise<PartFile> {
    const known = await readState(path, source)
    const file = await open(path, known ? 'r+' : 'w+').catch((cause: unknown) => {
      throw new FileError(`${path} cannot be written: ${(cause as Error).message}`, { cause })
    })
    const part = new PartFile(path, file, source, known ?? split(source.bytes, count))
    if (!known) {
      await file.truncate(source.bytes)
      await part.#note()
    }
    return part
  }

  get doneBytes(): number {
    return this.segments.reduce((sum, { done }) => sum + done, 0)
  }

  /** Appends to a segment. */
  async write(segment: Segment, bytes: Buffer): Promise<void> {
    const position = segment.start + segment.done
    await this.#file.write(bytes, 0, bytes.length, position).catch((cause: unknown) => {
      throw new FileError(`${this.path} cannot be written: ${(cause as Error).message}`, { cause })
    })
    segment.done += bytes.length
    if (performance.now() - this.#written > NOTE_EVERY_MS) await this.#note()
  }

  /** Nothing of what is there counts any more. */
  forget(): void {
    for (const segment of this.segments) segment.done = 0
  }

  async close(complete: boolean): Promise<void> {
    try {
      if (complete) await this.#file.sync()
      else await this.#note()
    } finally {
      await this.#file.close()
    }
  }

  async #note(): Promise<void> {
    this.#written = performance.now()
    // Of the counts as they are now: what is written meanwhile may come twice, never count unwritten.
    const state = JSON.stringify({ ...this.source, segments: this.segments })
    await this.#file.datasync()
    await writeWhole(statePath(this.path), state, { flush: false })
  }
}

export async function discardPart(path: string): Promise<void> {
  await rm(statePath(path), { force: true })
  await rm(path, { force: true })
}

function statePath(path: string): string {
  return `${path}.json`
}

function split(bytes: number, count: number): Segment[] {
  const size = Math.ceil(bytes / count)
  return Array.from({ length: count }, (_, index) => ({
    start: Math.min(bytes, index * size),
    end: Math.min(bytes, (index + 1) * size),
    done: 0
  })).filter(({ start, end }) => end > start)
}

async function readState(path: string, source: Source): Promise<Segment[] | undefined> {
  try {
    const state = JSON.parse(await readFile(statePath(path), 'utf8')) as Source & { segments: Segment[] }
    const same = state.url === source.url && state.bytes === source.bytes && state.validator === source.validator
    if (!same || source.validator === '' || !isCover(state.segments, source.bytes)) return undefined
    const file = await open(path, 'r')
    const { size } = await file.stat().finally(() => file.close())
    return size === source.bytes ? state.segments : undefined
  } catch {
    return undefined // nothing there, or not ours
  }
}

function isCover(segments: readonly Segment[], bytes: number): boolean {
  let at = 0
  for (const { start, end, done } of segments) {
    const sound = [start, end, done].every(Number.isSafeInteger) && start === at && end > start
    if (!sound || done < 0 || done > end - start) return false
    at = end
  }
  return at === bytes
}
