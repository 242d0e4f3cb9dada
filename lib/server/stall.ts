/**
 * Passes parts on, and calls back when whoever takes them takes none for a while: a client that stops to read would
 * hold its place for ever.
 */
export async function* watched<T>(
  parts: AsyncIterable<T>,
  seconds: number,
  onStall: () => void
): AsyncGenerator<T, void, undefined> {
  for await (const part of parts) {
    const timer = setTimeout(onStall, seconds * 1000)
    timer.unref()
    try {
      yield part
    } finally {
      clearTimeout(timer)
    }
  }
}
