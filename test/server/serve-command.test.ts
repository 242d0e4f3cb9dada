// The command in a process of its own: signals, exit codes and closed pipes belong to processes. A hang here means that
// the server does not end; 60 s is far above what a start takes on a loaded machine.
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { packageRoot } from '../../lib/package-root.cjs'
import { reference, scratch, tiny } from '../engine/voice.js'
import { charactersFolder } from './characters.js'

const main = join(packageRoot, 'lib', 'cli', 'main.ts')
const root = scratch()
const characters = charactersFolder(root)
const voice = [
  '--gpt',
  tiny.gpt,
  '--sovits',
  tiny.sovits,
  '--hubert',
  tiny.hubert,
  '--ref',
  reference.audio,
  '--threads',
  '1'
]
// Each start compiles the sources anew, which takes its time when the machine is busy.
vi.setConfig({ testTimeout: 240_000 })

const started: ChildProcess[] = []
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
})

interface Run {
  readonly child: ChildProcess
  readonly output: { stdout: string; stderr: string }
  readonly ended: Promise<{ code: number | null; signal: string | null }>
}

function cli(...args: string[]): Run {
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...args], {
    cwd: packageRoot,
    env: { ...process.env, GSV_CACHE_DIR: join(root, 'cache') }
  })
  started.push(child)
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (part: Buffer) => (output.stdout += part.toString()))
  child.stderr.on('data', (part: Buffer) => (output.stderr += part.toString()))
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal }))
  )
  return { child, output, ended }
}

/** A served address, when it is told. */
async function serve(...args: string[]): Promise<Run & { url: string }> {
  const run = cli('serve', '--port', '0', ...args)
  for (;;) {
    const url = /serves at (\S+)/.exec(run.output.stdout)?.[1]
    if (url !== undefined) return { ...run, url }
    const ended = await Promise.race([run.ended, new Promise((resolve) => setTimeout(resolve, 20))])
    if (ended !== undefined) throw new Error(`it ended: ${run.output.stderr}`)
  }
}

describe('gpt-sovits serve', () => {
  it('drains on SIGTERM: who is heard is heard to the end, and the exit code is 0', async () => {
    const { child, url, ended } = await serve(...voice)
    const text = encodeURIComponent('One more sentence. '.repeat(3))
    const answer = await fetch(`${url}/tts?lang=en&stream=1&format=pcm&seed=1&text=${text}`)
    child.kill('SIGTERM')
    child.kill('SIGTERM') // as npm and timeout pass it on once more
    const streamed = (await answer.arrayBuffer()).byteLength
    expect(streamed).toBeGreaterThan(32000)
    expect(await ended).toEqual({ code: 0, signal: null })
  })

  it('goes on when nobody reads its output any more, and ends on SIGHUP', async () => {
    const { child, url, ended } = await serve(...voice)
    child.stdout?.destroy()
    child.stderr?.destroy()
    for (let i = 0; i < 3; i++) expect((await fetch(`${url}/health`)).status).toBe(200)
    child.kill('SIGHUP')
    expect(await ended).toEqual({ code: 0, signal: null })
  })

  it('says that its port is taken', async () => {
    const { url } = await serve(...voice)
    const second = cli('serve', '--port', new URL(url).port, ...voice)
    expect((await second.ended).code).toBe(2)
    expect(second.output.stderr).toMatch(/port \d+ is taken; choose another with --port/)
  })

  it('ends with the reason when the voice does not load', async () => {
    const { ended, output } = cli(
      'serve',
      '--port',
      '0',
      '--gpt',
      'absent.ckpt',
      '--sovits',
      tiny.sovits,
      '--hubert',
      tiny.hubert
    )
    expect((await ended).code).toBe(1)
    expect(output.stderr).toMatch(/absent\.ckpt/)
  })

  it('ends when /control says so, where that is allowed', async () => {
    const { url, ended } = await serve('--characters', characters, '--hubert', tiny.hubert, '--enable-control')
    expect((await fetch(`${url}/control?command=exit`)).status).toBe(200)
    expect((await ended).code).toBe(0)
  })

  it('starts anew when /control says so, and ends with the process that it started', async () => {
    const { child, url, ended, output } = await serve(
      '--characters',
      characters,
      '--hubert',
      tiny.hubert,
      '--enable-control'
    )
    expect((await fetch(`${url}/control?command=restart`)).status).toBe(200)
    const addresses = (): string[] =>
      [...output.stdout.matchAll(/serves at (\S+)/g)].map(([, found]) => found as string)
    await expect.poll(() => addresses().length, { timeout: 120_000 }).toBe(2)
    const [before, after] = addresses() as [string, string]
    expect((await fetch(`${after}/health`)).status).toBe(200)
    if (after !== before) await expect(fetch(`${before}/health`)).rejects.toThrow()
    child.kill('SIGTERM')
    expect(await ended).toEqual({ code: 0, signal: null })
    await expect(fetch(`${after}/health`)).rejects.toThrow()
  })

  it('warns when others can reach it without a key, and writes no text into its log', async () => {
    const { child, url, ended, output } = await serve(...voice, '--host', '0.0.0.0')
    await fetch(`${url.replace('0.0.0.0', '127.0.0.1')}/tts?lang=en&text=Very+secret.`)
    child.kill('SIGTERM')
    await ended
    expect(output.stderr).toMatch(/warn listening on 0\.0\.0\.0 without --api-key/)
    expect(output.stderr).toMatch(/GET \/tts 200/)
    expect(output.stderr).not.toMatch(/secret/)
  })

  it.each([
    [['serve', '--gpt', 'x'], '--gpt and --sovits go together'],
    [['serve', '--characters', 'x', '--port', '99999'], 'port is 99999'],
    [['serve', '--characters', 'x', '--alias', 'x'], 'name=character'],
    [['serve', '--characters', 'x', '--dialect', 'soap'], 'Allowed choices are']
  ])('%j is wrong usage', async (args, message) => {
    const { ended, output } = cli(...args)
    expect((await ended).code).toBe(2)
    expect(output.stderr).toContain(message)
  })
})

describe('gpt-sovits voices', () => {
  it('lists characters and emotions', async () => {
    const { ended, output } = cli('voices', characters)
    expect((await ended).code).toBe(0)
    expect(output.stdout).toBe(
      'Alice: default, happy\nBadJson (no networks): default (no recording)\nBob: default (no recording)\n' +
        'EmptyDir (no networks): default (no recording)\n'
    )
  })
})
