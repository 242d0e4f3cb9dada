import { describe, expect, test } from 'vitest'
import { decodeAudio } from '../../../lib/audio/index.js'
import { mutate } from './mutants.js'
import { bytesOf } from './recordings.js'

// The full count is run before a release: GSV_MUTANTS=200.
const count = Number(process.env['GSV_MUTANTS'] ?? 12)
const typed = ['ERR_GSV_UNSUPPORTED_AUDIO', 'ERR_GSV_REFERENCE_AUDIO']

describe('damaged audio', () => {
  test.each(['mono.mp3', 's16.flac', 'vorbis.ogg', 'opus.ogg', 'f32.wav', 's16.w64', 'aac.m4a'])(
    '%s: is read or refused by a typed error, each within 2 s',
    { timeout: 2000 * count },
    async (name) => {
      const original = bytesOf(name)
      for (let seed = 0; seed < count; seed++) {
        const started = performance.now()
        const outcome = await decodeAudio(mutate(original, seed)).catch((error: { code?: string }) => error)
        expect(performance.now() - started, `seed ${seed}`).toBeLessThan(2000)
        if ('samples' in outcome) {
          expect(outcome.samples.length, `seed ${seed}`).toBeGreaterThan(0)
          for (const channel of outcome.samples) expect(channel.every(Number.isFinite), `seed ${seed}`).toBe(true)
        } else {
          expect(typed, `seed ${seed}: ${String(outcome)}`).toContain(outcome.code)
        }
      }
    }
  )
})
