function randomNumbers(seed: number): (below: number) => number {
  let state = seed + 1
  return (below) => {
    state = (state * 48271) % 2147483647
    return Math.floor((state / 2147483647) * below)
  }
}

/** Cut short, bits flipped, a run overwritten, a piece left out or repeated; the first bytes most often. */
export function mutate(original: Uint8Array, seed: number): Uint8Array {
  const random = randomNumbers(seed)
  const where = (): number => random(random(2) === 0 ? Math.min(256, original.length) : original.length)
  const bytes = original.slice()
  const kind = random(5)
  if (kind === 0) return bytes.subarray(0, random(bytes.length))
  if (kind === 1) {
    for (let i = random(40); i >= 0; i--) bytes[where()]! ^= 1 << random(8)
    return bytes
  }
  const from = where()
  const length = 1 + random(200)
  if (kind === 2) return bytes.fill(random(2) * 255, from, from + length)
  const before = bytes.subarray(0, from)
  const after = bytes.subarray(kind === 3 ? from + length : Math.max(0, from - length))
  return Uint8Array.from(Buffer.concat([before, after]))
}
