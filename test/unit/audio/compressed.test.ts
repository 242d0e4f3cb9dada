import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { decodeAudio } from '../../../lib/audio/index.js'
import { bytesOf, concat, letters, likeness, recording } from './recordings.js'

describe('compressed audio', () => {
  test.each(['s16.flac', 's24.flac', 'flac.ogg'])('%s is read without loss', async (name) => {
    const truth = await decodeAudio(recording('source.wav'))
    const read = await decodeAudio(recording(name))
    expect([read.sampleRate, read.samples.length, read.seconds, read.warnings]).toEqual([22050, 2, 0.3, []])
    read.samples.forEach((channel, index) => expect(likeness(channel, truth.samples[index]!)).toBe(Infinity))
  })

  test.each([
    ['stereo.mp3', 22050, 2, 15],
    ['mono.mp3', 22050, 1, 15],
    ['vorbis.ogg', 22050, 2, 10]
  ])('%s sounds like what was encoded', async (name, rate, channels, decibels) => {
    const truth = await decodeAudio(recording('source.wav'))
    const read = await decodeAudio(recording(name))
    expect([read.sampleRate, read.samples.length, read.warnings]).toEqual([rate, channels, []])
    const [left, right] = truth.samples as [Float32Array, Float32Array]
    const wanted = channels === 2 ? left : left.map((sample, i) => (sample + (right[i] as number)) / 2)
    expect(read.samples[0]?.length).toBe(wanted.length)
    expect(likeness(read.samples[0] as Float32Array, wanted)).toBeGreaterThan(decibels)
  })

  test('Opus is read at its 48 kHz, as long as what was encoded', async () => {
    const read = await decodeAudio(recording('opus.ogg'))
    expect([read.sampleRate, read.samples.length, read.samples[0]?.length]).toEqual([48000, 2, 14400])
    const truth = await decodeAudio(recording('source.wav'))
    const left = truth.samples[0]!
    const wanted = Float32Array.from({ length: 14400 }, (_, i) => {
      const at = (i * 22050) / 48000
      const before = Math.floor(at)
      return left[before]! + (at - before) * ((left[before + 1] ?? 0) - left[before]!)
    })
    expect(likeness(read.samples[0]!, wanted)).toBeGreaterThan(8)
  })

  test('is told by its content: a name proves nothing, and a tag or noise may come first', async () => {
    const mp3 = bytesOf('mono.mp3')
    expect((await decodeAudio(mp3, { name: 'called.wav' })).samples).toHaveLength(1)
    const id3 = Uint8Array.from([...letters('ID3'), 3, 0, 0, 0, 0, 1, 0, ...new Uint8Array(128)])
    expect((await decodeAudio(concat(id3, mp3))).samples[0]?.length).toBe(6615)
    expect((await decodeAudio(concat(id3, bytesOf('s16.flac')))).samples[0]?.length).toBe(6615)
    expect((await decodeAudio(concat(new Uint8Array(1000), mp3))).sampleRate).toBe(22050)
  })

  test('longer than asked for is given up on the way', async () => {
    const long = concat(...Array.from({ length: 400 }, () => bytesOf('mono.mp3')))
    await expect(decodeAudio(long, { name: 'long.mp3', maxSeconds: 10 })).rejects.toMatchObject({
      code: 'ERR_GSV_REFERENCE_AUDIO',
      message: expect.stringMatching(/^long\.mp3 is more than .* s long; at most 10 s are read$/)
    })
  })

  test('can be given up by its caller, before and on the way', async () => {
    const reason = new Error('not needed any more')
    await expect(decodeAudio(recording('s16.flac'), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    const controller = new AbortController()
    const long = concat(...Array.from({ length: 2000 }, () => bytesOf('mono.mp3')))
    const decoding = decodeAudio(long, { signal: controller.signal })
    setTimeout(() => controller.abort(reason), 30)
    await expect(decoding).rejects.toBe(reason)
  })

  test('leaves the event loop to others meanwhile', async () => {
    const long = concat(...Array.from({ length: 500 }, () => bytesOf('mono.mp3'))) // 150 s
    let [last, longest] = [performance.now(), 0]
    const ticking = setInterval(() => {
      longest = Math.max(longest, performance.now() - last)
      last = performance.now()
    }, 5)
    await decodeAudio(long)
    clearInterval(ticking)
    expect(longest).toBeLessThan(200)
  })

  test('many files at once are decoded each by itself', async () => {
    const names = ['s16.flac', 'mono.mp3', 'vorbis.ogg', 'opus.ogg', 's24.flac', 'stereo.mp3']
    const alone: (Float32Array | undefined)[] = []
    for (const name of names) alone.push((await decodeAudio(recording(name))).samples[0])
    const together = await Promise.all(names.map((name) => decodeAudio(recording(name))))
    together.forEach(({ samples }, index) => expect(likeness(samples[0]!, alone[index]!)).toBe(Infinity))
  })

  // A worker that is left behind would keep the process, so it must be another process that ends by itself.
  test('a process that has decoded ends by itself and prints nothing', () => {
    const program = `import { decodeAudio } from './lib/audio/index.ts'
      const bytes = new Uint8Array(await (await import('node:fs/promises')).readFile(process.argv[1]))
      bytes.fill(77, 1000, 1400)
      await decodeAudio(bytes).catch(() => undefined)`
    for (const name of ['s16.flac', 'mono.mp3', 'vorbis.ogg', 'opus.ogg']) {
      const args = ['--import', 'tsx', '--input-type=module', '--eval', program, recording(name)]
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 30_000 })
      expect({ name, status, stdout, stderr }).toEqual({ name, status: 0, stdout: '', stderr: '' })
    }
  })
})
