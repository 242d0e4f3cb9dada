import { median } from './median.js'
import { type Answer, Reader } from './readers.js'

export interface Start {
  readonly milliseconds: number
  /** Megabytes. */
  readonly resident: number
}

/** Milliseconds from the process's begin to its first phones, and what it then holds. */
export async function start(mode: string, texts: readonly string[], runs: number): Promise<Start> {
  const ages: Answer[] = []
  for (let run = 0; run < runs; run++) {
    const reader = Reader.ours()
    ages.push(await reader.read(mode, texts.slice(0, 1)))
    reader.stop()
  }
  return {
    milliseconds: median(ages.map(({ age }) => age)),
    resident: median(ages.map(({ resident }) => resident))
  }
}
