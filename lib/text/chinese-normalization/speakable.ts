/** What the marks of a text become, and what is left when everything else is dropped. */
export interface Speakable {
  /** Han characters and the marks `! ? … , . -`. */
  readonly text: string
  /** Letters, digits and symbols that were dropped, each once. */
  readonly dropped: readonly string[]
}

const unspeakable = /[^\u4e00-\u9fa5!?…,.-]+/g
const worthTelling = /[\p{L}\p{N}\p{S}]/gu
/** Enough to see what is wrong with a text. */
const maxDropped = 20

/** Drops what has no reading in Chinese. */
export function keepSpeakable(text: string): Speakable {
  if (text.search(unspeakable) < 0) return { text, dropped: [] }
  const dropped = new Set<string>()
  const kept = text.replace(unspeakable, (run) => {
    if (dropped.size < maxDropped) {
      for (const char of run.slice(0, 4 * maxDropped).match(worthTelling) ?? []) dropped.add(char)
    }
    return ''
  })
  return { text: kept, dropped: [...dropped].slice(0, maxDropped) }
}
