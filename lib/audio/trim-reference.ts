// What a reference may be, with room for the rounding of a resampler.
const SHORTEST = 3.05 // s
const LONGEST = 9.95
const FRAME = 0.01 // s: one level each
const CUT_STEP = 5 // frames: one cut is considered in each such stretch, at its quietest frame
const SILENCE_DB = -80
// What a cut through the loudest speech, and a second of pause, cost against a second of speech.
const CUT_COST = 3
const PAUSE_COST = 0.5
const CLIPPED = 0.999
const CLIP_COST = 0.05 // s a clipped frame

/**
 * The best 3 to 10 s of a longer mono recording: as much speech and as little pause as can be had between two quiet
 * places. A recording of up to 10 s is returned as it is.
 */
export function trimReference(samples: Float32Array, sampleRate: number): Float32Array {
  if (samples.length <= 10 * sampleRate) return samples
  const frameLength = Math.max(1, Math.round(FRAME * sampleRate))
  const frames = measure(samples, frameLength)
  const [from, to] = bestStretch(frames)
  return samples.slice(from * frameLength, to * frameLength)
}

interface Frames {
  /** 0 at the noise floor, 1 at the loudest speech. */
  readonly loudness: Float32Array
  readonly clipped: Uint8Array
}

function measure(samples: Float32Array, frameLength: number): Frames {
  const count = Math.floor(samples.length / frameLength)
  const levels = new Float32Array(count)
  const clipped = new Uint8Array(count)
  for (let frame = 0; frame < count; frame++) {
    let energy = 0
    for (let i = frame * frameLength; i < (frame + 1) * frameLength; i++) {
      const sample = samples[i] as number
      energy += sample * sample
      if (Math.abs(sample) >= CLIPPED) clipped[frame] = 1
    }
    levels[frame] = Math.max(SILENCE_DB, 10 * Math.log10(energy / frameLength))
  }
  return { loudness: relativeLoudness(levels), clipped }
}

function relativeLoudness(levels: Float32Array): Float32Array {
  const sorted = levels.slice().sort()
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] as number
  const [floor, loudest] = [at(0.05), at(0.95)]
  const range = Math.max(loudest - floor, 1)
  return levels.map((level) => Math.min(1, Math.max(0, (level - floor) / range)))
}

/** First frame and the one after the last. Among equals the earliest. */
function bestStretch({ loudness, clipped }: Frames): readonly [number, number] {
  const worth = runningWorth(loudness, clipped)
  const cuts = quietFrames(loudness)
  const cost = (frame: number): number => CUT_COST * (loudness[frame] ?? 0)
  const value = (frame: number): number => worth[frame] as number
  const [shortest, longest] = [Math.ceil(SHORTEST / FRAME), Math.floor(LONGEST / FRAME)]
  let best: readonly [number, number] = [0, longest]
  let bestScore = -Infinity
  cuts.forEach((from, index) => {
    for (let other = index + 1; other < cuts.length; other++) {
      const to = cuts[other] as number
      if (to - from > longest) break
      if (to - from < shortest) continue
      const score = value(to) - value(from) - cost(from) - cost(to)
      if (score > bestScore) [best, bestScore] = [[from, to], score]
    }
  })
  return best
}

/** Sum over the frames before each: seconds of speech, less what pauses and clipping cost. */
function runningWorth(loudness: Float32Array, clipped: Uint8Array): Float64Array {
  const sum = new Float64Array(loudness.length + 1)
  loudness.forEach((loud, frame) => {
    const worth = FRAME * (loud - PAUSE_COST * (1 - loud)) - CLIP_COST * (clipped[frame] as number)
    sum[frame + 1] = (sum[frame] as number) + worth
  })
  return sum
}

function quietFrames(loudness: Float32Array): readonly number[] {
  const cuts: number[] = [0]
  for (let from = 0; from < loudness.length; from += CUT_STEP) {
    let quietest = from
    for (let frame = from; frame < Math.min(from + CUT_STEP, loudness.length); frame++) {
      if ((loudness[frame] as number) < (loudness[quietest] as number)) quietest = frame
    }
    if (quietest > 0) cuts.push(quietest)
  }
  cuts.push(loudness.length)
  return cuts
}
