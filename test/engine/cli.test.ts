import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { decodeAudio } from '../../lib/audio/index.js'
import { batchCommand } from '../../lib/cli/commands/batch.js'
import { sayCommand } from '../../lib/cli/commands/say.js'
import { GptSovits } from '../../lib/index.js'
import { packageRoot } from '../../lib/package-root.cjs'
import { reference, scratch, tiny } from './voice.js'

const top = scratch()
let folder: string
let printed: string

const voice = ['--gpt', tiny.gpt, '--sovits', tiny.sovits, '--hubert', tiny.hubert]
const recording = ['--ref', reference.audio, '--ref-text', reference.text]

async function run(command: Command, ...args: string[]): Promise<string> {
  await command.exitOverride().parseAsync([...args, ...voice, ...recording], { from: 'user' })
  return printed
}
const say = (...args: string[]): Promise<string> => run(sayCommand(), ...args)
const batch = async (...args: string[]): Promise<Record<string, unknown>> =>
  JSON.parse(await run(batchCommand(), ...args, '--json')) as Record<string, unknown>
const at = (name: string): string => join(folder, name)

beforeEach(() => {
  vi.stubEnv('GSV_CACHE_DIR', join(top, 'cache'))
  folder = mkdtempSync(join(top, 'run-'))
  printed = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text)
    return true
  })
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  process.exitCode = 0
})

describe('gpt-sovits say', () => {
  it('writes what the class speaks, in the format of the name, and nothing else beside it', async () => {
    const text = 'First one. Then another.'
    expect(await say(text, '--out', at('a.flac'), '--seed', '4')).toMatch(
      /a\.flac: \d\.\d s of speech in .*, seed 4\n$/
    )
    await say(text, '--out', at('a.wav'), '--seed', '4')
    await say(text, '--out', at('wide.wav'), '--seed', '4', '--format', 'pcm24')
    const [flac, wav, wide] = await Promise.all(['a.flac', 'a.wav', 'wide.wav'].map((name) => decodeAudio(at(name))))
    expect(flac?.samples).toEqual(wav?.samples)
    expect(wide?.samples[0]?.length).toBe(wav?.samples[0]?.length)
    expect(readdirSync(folder).sort()).toEqual(['a.flac', 'a.wav', 'wide.wav'])
    expect(readFileSync(at('a.wav')).readUInt32LE(4)).toBe(readFileSync(at('a.wav')).length - 8)
  })

  it('reads a book from a file and writes its subtitles', async () => {
    writeFileSync(at('book.txt'), 'Chapter one.\n\nIt was a dark night. And it rained.\n')
    const [out, srt] = [at('book.opus'), at('book.srt')]
    const result = JSON.parse(await say('--file', at('book.txt'), '--out', out, '--subtitles', srt, '--json')) as {
      duration: number
      sentences: number
    }
    expect(result.sentences).toBe(3)
    const cues = readFileSync(srt, 'utf8').trim().split('\n\n')
    expect(cues.map((cue) => cue.split('\n')[2])).toEqual(['Chapter one.', 'It was a dark night.', 'And it rained.'])
    expect((await decodeAudio(out)).seconds).toBeCloseTo(result.duration, 3)
  })

  it('speaks SSML', async () => {
    const ssml = '<speak>Before.<break time="2s"/>After it.</speak>'
    const { duration } = JSON.parse(await say(ssml, '--ssml', '--out', at('a.wav'), '--json')) as { duration: number }
    expect(duration).toBeGreaterThan(2.6)
    await expect(say('<speak>', '--ssml', '--out', at('b.wav'))).rejects.toMatchObject({ code: 'ERR_GSV_SSML' })
  })

  it.runIf(process.platform === 'linux')('plays through the player that is there, while it is written', async () => {
    const heard = at('heard')
    writeFileSync(at('aplay'), `#!/bin/sh\necho "$@" > '${heard}.args'\ncat > '${heard}'\n`)
    chmodSync(at('aplay'), 0o755)
    vi.stubEnv('PATH', `${folder}:/bin:/usr/bin`)
    await say('Aloud, please.', '--play', '--out', at('a.wav'))
    expect(readFileSync(`${heard}.args`, 'utf8').trim()).toBe('-q -t raw -f S16_LE -r 32000 -c 1 -')
    expect(readFileSync(heard)).toEqual(readFileSync(at('a.wav')).subarray(44))
    writeFileSync(at('aplay'), '#!/bin/sh\necho no sound card >&2\nexit 1\n')
    await expect(say('Aloud.', '--play')).rejects.toThrow('aplay could not play: no sound card')
  })

  it('says which player to install when there is none', async () => {
    vi.stubEnv('PATH', folder)
    await expect(say('Aloud.', '--play')).rejects.toMatchObject({
      code: 'ERR_GSV_MISSING_PROGRAM',
      message: expect.stringMatching(/tried paplay, aplay, play, ffplay.*apt install alsa-utils/) as string
    })
  })

  it.each([
    ['no text', ['--out', 'a.wav'], /give either a text or --file/],
    ['two texts', ['a', '--file', 'b', '--out', 'a.wav'], /give either a text or --file/],
    ['an unknown kind of file', ['Hello.', '--out', 'a.doc'], /a\.doc names no audio format/],
    ['an unknown kind of subtitles', ['Hello.', '--out', 'a.wav', '--subtitles', 'a.txt'], /a\.txt names no subtitle/],
    ['a number out of range', ['Hello.', '--speed', '9'], /speed is 9; it must be a number from 0\.25 to 4/],
    ['SSML that is none', ['<speak>', '--ssml'], /line 1, column 8: .*unclosed tag/],
    ['no such text file', ['--file', 'absent.txt', '--out', 'a.wav'], /absent\.txt cannot be read/]
  ])('refuses %s before a voice is loaded', async (_what, args, message) => {
    const loads = vi.spyOn(GptSovits.prototype, 'ready', 'get')
    await expect(say(...args)).rejects.toThrow(message)
    expect(loads).not.toHaveBeenCalled()
  })

  it('leaves no file behind when it fails', async () => {
    await expect(say('...', '--out', at('a.wav'), '--subtitles', at('a.srt'))).rejects.toThrow(/nothing that can be/)
    await expect(say('Hello.', '--out', join(folder, 'no', 'a.wav'))).rejects.toMatchObject({ code: 'ERR_GSV_FILE' })
    expect(readdirSync(folder)).toEqual([])
  })

  it.runIf(process.platform !== 'win32')('ends quietly when its reader has had enough', () => {
    const main = `node --import tsx lib/cli/main.ts say "Hello there. How are you?" ${[...voice, ...recording].map((each) => `'${each}'`).join(' ')}`
    const { stdout, stderr, status } = spawnSync('bash', ['-c', `set -o pipefail; ${main} --out - | head -c 44`], {
      cwd: packageRoot,
      env: process.env
    })
    expect([stdout.toString('latin1', 0, 4), stdout.length, status]).toEqual(['RIFF', 44, 0])
    expect(stderr.toString()).not.toMatch(/EPIPE|Error/)
  })
})

describe('gpt-sovits batch', () => {
  const table = 'text,out,seed,ref_text\nHello.,a.wav,1,\n"Two, three.",deep/b.flac,2,What it says.\n..., c.wav,,\n'

  it('speaks the rows that can be spoken, goes on where it was, and does again what changed', async () => {
    writeFileSync(at('lines.csv'), table.replace(' c.wav', 'c.wav'))
    const out = at('out')
    const first = await batch(at('lines.csv'), '--out-dir', out)
    expect(first).toMatchObject({ rows: 3, skipped: 0, failures: [{ line: 4, code: 'ERR_GSV_EMPTY_TEXT' }] })
    expect(process.exitCode).toBe(1)
    expect(readdirSync(out).sort()).toEqual(['a.wav', 'batch.jsonl', 'deep'])
    expect((await decodeAudio(join(out, 'deep', 'b.flac'))).seconds).toBeGreaterThan(0.3)

    printed = ''
    writeFileSync(
      at('lines.csv'),
      table.replace(' c.wav', 'c.wav').replace('...', 'Now it can.').replace('Hello', 'Bye')
    )
    const made = readFileSync(join(out, 'deep', 'b.flac'))
    const second = await batch(at('lines.csv'), '--out-dir', out)
    expect(second).toMatchObject({ rows: 3, skipped: 1, failures: [] })
    expect(readFileSync(join(out, 'deep', 'b.flac'))).toEqual(made)

    printed = ''
    expect(await batch(at('lines.csv'), '--out-dir', out)).toMatchObject({ skipped: 3 })
    printed = ''
    expect(await batch(at('lines.csv'), '--out-dir', out, '--speed', '1.5')).toMatchObject({ skipped: 0 })
  })

  it('gives a row what say gives its text', async () => {
    writeFileSync(at('lines.jsonl'), '{"text":"The same.","seed":5,"format":"flac"}\n\n{"text":"More.","seed":6}\n')
    await batch(at('lines.jsonl'), '--out-dir', at('out'))
    await say('The same.', '--seed', '5', '--out', at('a.flac'))
    expect(readFileSync(join(at('out'), '00001.flac'))).toEqual(readFileSync(at('a.flac')))
    expect(existsSync(join(at('out'), '00003.wav'))).toBe(true)
  })

  it.each([
    ['a row without text', 'text,out\n,a.wav\n', /line 2: text is missing/],
    ['an unknown field', 'text,emphasis\na,b\n', /line 2: unknown field 'emphasis'; known: speed/],
    ['a number out of range', 'text,speed\na,9\n', /line 2: speed is 9; it must be a number from 0\.25 to 4/],
    ['a number that is none', 'text,speed\na,fast\n', /line 2: speed is NaN/],
    ['a way out of the folder', 'text,out\na,../b.wav\n', /line 2: out is '\.\.\/b\.wav', outside the folder/],
    ['an absolute path', 'text,out\na,/tmp/b.wav\n', /outside the folder/],
    ['two rows for one file', 'text,out\na,x.wav\nb,./x.wav\n', /line 3: out is 'x\.wav', as on line 2/],
    ['a format that there is not', 'text,format\na,wma\n', /line 2: format is 'wma'/],
    ['a line with too many cells', 'text\na,b\n', /is no table: .*line 2/]
  ])('refuses %s before it begins', async (_what, content, message) => {
    writeFileSync(at('lines.csv'), content)
    await expect(batch(at('lines.csv'), '--out-dir', at('out'))).rejects.toThrow(message)
    expect(existsSync(at('out'))).toBe(false)
  })

  it('refuses lines that are no JSON objects', async () => {
    writeFileSync(at('lines.jsonl'), '{"text":"a"}\n[]\n')
    await expect(batch(at('lines.jsonl'), '--out-dir', at('out'))).rejects.toThrow(/line 2: expected an object/)
    writeFileSync(at('lines.jsonl'), '{"text":7}\n')
    await expect(batch(at('lines.jsonl'), '--out-dir', at('out'))).rejects.toThrow(/line 1: text is 7; it must be text/)
  })
})
