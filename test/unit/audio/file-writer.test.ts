import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AudioFileWriter, decodeAudio, encodeWav } from '../../../lib/audio/index.js'

const samples = Float32Array.from({ length: 5001 }, (_, i) => Math.sin(i / 9) / 2)

let folder: string
const at = (name: string): string => join(folder, name)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gsv-writer-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('an audio file that is written as its samples come', () => {
  it.each(['pcm16', 'pcm24', 'float32'] as const)('is the WAV file of them all (%s)', async (format) => {
    const file = await AudioFileWriter.open(at('a.wav'), format, 32000)
    await file.write(samples.subarray(0, 1000))
    await file.write(samples.subarray(1000, 1001))
    await file.write(samples.subarray(1001))
    await file.finish()
    expect(readFileSync(at('a.wav')).equals(encodeWav(samples, 32000, { format }))).toBe(true)
  })

  it('says its true length as FLAC', async () => {
    const file = await AudioFileWriter.open(at('a.flac'), 'flac', 32000)
    await file.write(samples)
    await file.finish()
    const { 21: low, 20: high } = readFileSync(at('a.flac')).subarray(4)
    expect((high as number) * 256 + (low as number)).toBe(samples.length)
    expect((await decodeAudio(at('a.flac'))).samples[0]?.length).toBe(samples.length)
  })

  it('takes its name when it is whole; until then the old file stays', async () => {
    writeFileSync(at('a.wav'), 'old')
    const file = await AudioFileWriter.open(at('a.wav'), 'wav', 32000)
    await file.write(samples)
    expect(readFileSync(at('a.wav'), 'utf8')).toBe('old')
    await file.finish()
    await file.abandon()
    expect(readFileSync(at('a.wav')).length).toBe(44 + 2 * samples.length)
    expect(readdirSync(folder)).toEqual(['a.wav'])
  })

  it('is gone when it is abandoned', async () => {
    const file = await AudioFileWriter.open(at('a.opus'), 'opus', 32000)
    await file.write(samples)
    await file.abandon()
    await file.abandon()
    expect(readdirSync(folder)).toEqual([])
  })

  it.runIf(process.platform !== 'win32')('is written where a link leads, and the link stays', async () => {
    writeFileSync(at('target.wav'), 'old')
    symlinkSync(at('target.wav'), at('a.wav'))
    const file = await AudioFileWriter.open(at('a.wav'), 'wav', 32000)
    await file.write(samples)
    await file.finish()
    expect(lstatSync(at('a.wav')).isSymbolicLink()).toBe(true)
    expect(readFileSync(at('target.wav')).length).toBe(44 + 2 * samples.length)
  })

  it.runIf(process.platform === 'linux')('is a FileError where there is no room, or no folder', async () => {
    const file = await AudioFileWriter.open('/dev/full', 'wav', 32000)
    await expect(file.write(samples)).rejects.toMatchObject({ code: 'ERR_GSV_FILE', message: /^\/dev\/full cannot be/ })
    await file.abandon()
    await expect(AudioFileWriter.open(at('no/a.wav'), 'wav', 32000)).rejects.toMatchObject({ code: 'ERR_GSV_FILE' })
    await expect(AudioFileWriter.open(folder, 'wav', 32000)).rejects.toMatchObject({ code: 'ERR_GSV_FILE' })
  })
})
