import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { AudioFileWriter, createEncoder } from '../../../lib/audio/index.js'
import { concat, likeness } from './recordings.js'

const RATE = 32000
const FRAME = 1024 // samples of an AAC frame
const samples = Float32Array.from({ length: 2 * RATE }, (_, i) => 0.4 * Math.sin(i / 23) * Math.abs(Math.sin(i / 5000)))

function hasFfmpeg(): boolean {
  try {
    return execFileSync('ffmpeg', ['-hide_banner', '-encoders'], { stdio: ['ignore', 'pipe', 'ignore'] }).includes(
      ' aac '
    )
  } catch {
    return false
  }
}

/** The lengths of the ADTS frames, each of which says its own. */
function adtsFrames(bytes: Uint8Array): number[] {
  const lengths: number[] = []
  for (let at = 0; at < bytes.length; at += lengths.at(-1) as number) {
    const [sync, kind, , high, middle, low] = bytes.subarray(at) as unknown as number[]
    if (sync !== 0xff || ((kind as number) & 0xf6) !== 0xf0) throw new Error(`no frame begins at ${at}`)
    lengths.push((((high as number) & 3) << 11) | ((middle as number) << 3) | ((low as number) >> 5))
  }
  return lengths
}

const present = hasFfmpeg()
const childList = `/proc/${process.pid}/task/${process.pid}/children`
describe.skipIf(!present)(
  present ? 'AAC by the ffmpeg of this machine' : 'AAC (skipped: no ffmpeg; apt install ffmpeg)',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'gsv-aac-'))
    afterAll(() => rmSync(folder, { recursive: true }))

    /** ffmpeg's own reading of it. */
    function decoded(file: string): Float32Array {
      const args = ['-v', 'error', '-i', file, '-f', 'f32le', '-ac', '1', '-ar', String(RATE), 'pipe:1']
      const bytes = execFileSync('ffmpeg', args, { maxBuffer: 2 ** 26 })
      return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
    }

    it('is whole frames that hold the sound', async () => {
      const encoder = await createEncoder('aac', { sampleRate: RATE, streaming: true })
      const parts = [await encoder.write(samples.subarray(0, 30000)), await encoder.write(samples.subarray(30000))]
      const bytes = concat(...parts, await encoder.end())
      const frames = adtsFrames(bytes)
      // One frame more than fits: the encoder looks one ahead.
      expect(Math.abs(frames.length - samples.length / FRAME)).toBeLessThanOrEqual(2)
      writeFileSync(join(folder, 'speech.aac'), bytes)
      const got = decoded(join(folder, 'speech.aac')).subarray(FRAME)
      expect(got.length).toBeGreaterThanOrEqual(samples.length)
      expect(likeness(got.subarray(0, samples.length), samples)).toBeGreaterThan(20)
    })

    it('is written to a file', async () => {
      const path = join(folder, 'written.aac')
      const file = await AudioFileWriter.open(path, 'aac', RATE)
      await file.write(samples)
      await file.finish()
      expect(adtsFrames(new Uint8Array(readFileSync(path))).length).toBeGreaterThan(60)
    })

    it.runIf(existsSync(childList))('leaves no process behind when it is given up', async () => {
      const before = children()
      const encoder = await createEncoder('aac', { sampleRate: RATE, streaming: true })
      await encoder.write(samples)
      expect(children().length).toBe(before.length + 1)
      encoder.close()
      await expect.poll(children).toEqual(before)
    })
  }
)

/** The ffmpegs that this process started. */
function children(): string[] {
  return readFileSync(childList, 'utf8')
    .split(' ')
    .filter((pid) => pid !== '' && nameOf(pid) === 'ffmpeg')
}

function nameOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
  } catch {
    return ''
  }
}
