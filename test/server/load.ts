/** What many clients at once were told. */
export interface LoadResult {
  readonly answered: number
  readonly failures: readonly string[]
  /** Requests whose bytes differ from the same request alone. */
  readonly differences: readonly string[]
  /** Milliseconds of each request. */
  readonly times: readonly number[]
}

const sentences = [
  'Hello there.',
  'The quick brown fox.',
  'One, two, three.',
  'How are you today?',
  'This one has two sentences. Here is the second.',
  'Good night!'
]
const formats = ['wav', 'wav', 'flac', 'pcm', 'mp3', 'ogg']

/** A request of its own for each number: other words, seeds, formats and ways of sending. */
export function requestOf(index: number): string {
  const query = new URLSearchParams({
    text: sentences[index % sentences.length] as string,
    lang: 'en',
    // Fewer kinds than requests, so that each can be compared with one that was alone.
    seed: String(index % 12),
    format: formats[index % formats.length] as string,
    stream: index % 4 === 0 ? '1' : '0'
  })
  return `/tts?${query.toString()}`
}

/** Sends requests from many clients, after sending each kind alone. */
export async function speakAll(
  base: string,
  { clients, requests }: { clients: number; requests: number }
): Promise<LoadResult> {
  const alone = new Map<string, Buffer>()
  for (const url of new Set(Array.from({ length: requests }, (_, i) => requestOf(i)))) {
    alone.set(url, await bytesOf(await fetch(base + url)))
  }
  const failures: string[] = []
  const differences: string[] = []
  const times: number[] = []
  let next = 0
  const client = async (): Promise<void> => {
    while (next < requests) {
      const url = requestOf(next++)
      const begun = performance.now()
      try {
        const answer = await fetch(base + url)
        const bytes = await bytesOf(answer)
        if (answer.status !== 200) failures.push(`${answer.status} ${url}`)
        else if (!bytes.equals(alone.get(url) as Buffer)) differences.push(url)
      } catch (error) {
        failures.push(`${(error as Error).message} ${url}`)
      }
      times.push(performance.now() - begun)
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  return { answered: times.length, failures, differences, times }
}

async function bytesOf(answer: Response): Promise<Buffer> {
  return Buffer.from(await answer.arrayBuffer())
}

export function quantile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(share * (values.length - 1))] ?? 0
}
