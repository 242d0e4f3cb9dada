import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decodeAudio, readAudioFile } from '../../../lib/audio/index.js'
import { bytesOf, letters, recording, wav } from './recordings.js'

describe('an audio file', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gsv-audio-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('may have any name', async () => {
    for (const name of ['with space.wav', '中文 🎤.wav', `${'a'.repeat(200)}.wav`]) {
      copyFileSync(recording('source.wav'), join(folder, name))
      expect((await decodeAudio(join(folder, name))).sampleRate).toBe(22050)
    }
  })

  test('that is none is refused by name', async () => {
    const large = join(folder, 'large.wav')
    writeFileSync(large, '')
    truncateSync(large, 201 * 2 ** 20)
    const cases: readonly (readonly [string, RegExp])[] = [
      [join(folder, 'absent.wav'), /absent\.wav cannot be read: ENOENT/],
      [folder, /is not a regular file|EISDIR/],
      [large, /large\.wav is 201 MB; at most 200 MB/],
      ['a\0b.wav', /cannot be read/],
      ['', /cannot be read/]
    ]
    for (const [path, message] of cases) {
      await expect(decodeAudio(path)).rejects.toMatchObject({
        code: 'ERR_GSV_FILE',
        message: expect.stringMatching(message)
      })
    }
  })

  test.skipIf(process.platform === 'win32')('is never waited for: a pipe or a device is refused at once', async () => {
    const pipe = join(folder, 'pipe.wav')
    execFileSync('mkfifo', [pipe])
    for (const path of [pipe, '/dev/zero', '/dev/stdin']) {
      await expect(decodeAudio(path)).rejects.toMatchObject({ code: 'ERR_GSV_FILE' })
    }
  })

  test.each([
    ['empty', '', 'ERR_GSV_REFERENCE_AUDIO', /0 bytes/],
    [
      'text',
      'This is no audio.\n',
      'ERR_GSV_UNSUPPORTED_AUDIO',
      /is text.*WAV, FLAC, MP3, Ogg Vorbis and Opus.*ffmpeg/
    ],
    ['HTML', '<!doctype html><title>404</title>', 'ERR_GSV_UNSUPPORTED_AUDIO', /is text/],
    ['a PNG image', '\x89PNG\r\n\x1a\n', 'ERR_GSV_UNSUPPORTED_AUDIO', /PNG/],
    ['a checkpoint', 'PK\x03\x04\0\0', 'ERR_GSV_UNSUPPORTED_AUDIO', /zip archive/],
    ['two bytes', '\xff\xfb', 'ERR_GSV_UNSUPPORTED_AUDIO', /not audio/],
    ['zeros', '\0'.repeat(5000), 'ERR_GSV_UNSUPPORTED_AUDIO', /not audio/]
  ])('of %s is refused for what it is', async (_what, content, code, message) => {
    await expect(decodeAudio(Uint8Array.from(letters(content)), { name: 'x.wav' })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message)
    })
  })

  test.each(['aac.m4a', 'adts.aac', 'aiff.aiff', 'adpcm.wav'])(
    'of an unread format, %s, names the way out',
    async (name) => {
      await expect(decodeAudio(recording(name))).rejects.toMatchObject({
        code: 'ERR_GSV_UNSUPPORTED_AUDIO',
        message: expect.stringContaining('ffmpeg -i INPUT')
      })
    }
  )

  test('given as bytes is a snapshot', async () => {
    const bytes = wav({ data: Uint8Array.of(0, 0x40) })
    const decoding = decodeAudio(bytes)
    bytes.fill(0)
    expect((await decoding).samples).toEqual([Float32Array.of(0.5)])
    const shared = new Uint8Array(new SharedArrayBuffer(bytesOf('mono.mp3').length))
    shared.set(bytesOf('mono.mp3'))
    expect((await decodeAudio(shared)).sampleRate).toBe(22050)
    const detached = bytesOf('source.wav')
    structuredClone(detached, { transfer: [detached.buffer as ArrayBuffer] })
    await expect(decodeAudio(detached)).rejects.toThrow(/0 bytes/)
  })

  test('is read whole, with the name that errors use', async () => {
    const file = await readAudioFile(recording('mono.mp3'))
    expect(file).toEqual({ name: recording('mono.mp3'), bytes: bytesOf('mono.mp3') })
    expect((await readAudioFile(Uint8Array.of(1))).name).toBe('the audio data')
  })

  test('is asked for with known options only', async () => {
    const call = decodeAudio as (input: unknown, options?: unknown) => Promise<unknown>
    await expect(call(recording('source.wav'), { maxseconds: 3 })).rejects.toMatchObject({ code: 'ERR_GSV_WRONG_TYPE' })
    await expect(call(recording('source.wav'), { maxSeconds: 0 })).rejects.toMatchObject({
      code: 'ERR_GSV_OUT_OF_RANGE'
    })
    await expect(call(recording('source.wav'), { maxSeconds: NaN })).rejects.toMatchObject({
      code: 'ERR_GSV_OUT_OF_RANGE'
    })
    for (const input of [undefined, null, 3, [1, 2], new ArrayBuffer(3)]) {
      await expect(call(input)).rejects.toMatchObject({ code: 'ERR_GSV_WRONG_TYPE' })
    }
  })
})
