import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { decodeAudio, encodeSamples, findPlayer, openPlayback, players } from '../../../lib/audio/index.js'
import { Speech } from '../../../lib/index.js'

// Players are stood in for by shell scripts: machines that test have no loudspeaker.
const isPosix = process.platform !== 'win32'

let folder: string
const at = (name: string): string => join(folder, name)

function program(name: string, script: string): void {
  writeFileSync(at(name), `#!/bin/sh\n${script}\n`)
  chmodSync(at(name), 0o755)
}

const samples = Float32Array.from({ length: 100_000 }, (_, i) => Math.sin(i / 9) / 2)
const rest = {
  tokens: new Int32Array(1),
  words: [],
  last: true,
  truncated: false,
  attempts: 1,
  warnings: [],
  text: 'x',
  sentence: 0
}
const speech = new Speech([{ ...rest, samples, sampleRate: 32000 }], 1, 0)

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gsv-play-'))
  vi.stubEnv('PATH', `${folder}:/bin:/usr/bin`)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

describe.runIf(isPosix)('playing', () => {
  it.runIf(process.platform === 'linux')('sends the samples to the player, and waits until it has ended', async () => {
    program('paplay', `cat > '${at('heard')}'; sleep 0.2; echo done >> '${at('heard')}.end'`)
    await speech.play()
    expect(readFileSync(at('heard')).equals(Buffer.from(encodeSamples(samples)))).toBe(true)
    expect(existsSync(at('heard.end'))).toBe(true)
  })

  it.runIf(process.platform === 'linux')('stops at once with the signal, and says its reason', async () => {
    program('paplay', 'exec sleep 60')
    const controller = new AbortController()
    const playing = speech.play({ signal: controller.signal })
    const reason = new Error('enough')
    setImmediate(() => controller.abort(reason))
    await expect(playing).rejects.toBe(reason)
    // And when the player is at work.
    program('paplay', `touch '${at('begun')}'; exec sleep 60`)
    const later = new AbortController()
    const heard = speech.play({ signal: later.signal })
    heard.catch(() => undefined)
    await vi.waitUntil(() => existsSync(at('begun')), { timeout: 20_000 })
    later.abort(reason)
    await expect(heard).rejects.toBe(reason)
    await expect(speech.play({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })

  it.runIf(process.platform === 'linux')('tells what the player complained of', async () => {
    program('paplay', 'echo connection refused >&2; exit 3')
    await expect(speech.play()).rejects.toMatchObject({
      code: 'ERR_GSV_FILE',
      message: 'paplay could not play: connection refused'
    })
  })

  it('gives a WAV file to a player that reads only files', async () => {
    program('filer', `cp "$1" '${at('heard.wav')}'; echo "$1" > '${at('name')}'`)
    const playback = await openPlayback(24000, { program: 'filer', platforms: [], file: (path) => [path] })
    await playback.write(samples.subarray(0, 500))
    await playback.write(samples.subarray(500))
    await playback.finish()
    const { sampleRate, samples: heard } = await decodeAudio(at('heard.wav'))
    expect([sampleRate, heard[0]?.length]).toEqual([24000, samples.length])
    expect(existsSync(readFileSync(at('name'), 'utf8').trim())).toBe(false)
  })
})

describe('the players', () => {
  it('stand in a table, with a way to play each', () => {
    for (const player of players) expect(player.stream ?? player.file).toBeDefined()
    const powershell = players.find((player) => player.program === 'powershell')
    expect(powershell?.file?.("C:\\it's.wav").at(-1)).toContain("'C:\\it''s.wav'")
  })

  it.each([
    ['linux', /tried paplay, aplay, play, ffplay.*apt install alsa-utils/],
    ['darwin', /tried play, ffplay, afplay.*brew install/],
    ['win32', /tried ffplay, powershell/],
    ['sunos', /tried none\); write a file with --out/]
  ] as const)('are named when %s has none', async (platform, message) => {
    vi.stubEnv('PATH', folder)
    await expect(findPlayer(platform)).rejects.toThrow(message)
  })

  it.runIf(isPosix)('are taken in the order of the table', async () => {
    vi.stubEnv('PATH', folder)
    program('ffplay', '')
    program('aplay', '')
    expect((await findPlayer('linux')).program).toBe('aplay')
    expect((await findPlayer('darwin')).program).toBe('ffplay')
  })
})
