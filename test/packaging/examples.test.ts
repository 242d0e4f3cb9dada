import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decodeAudio } from '../../lib/audio/index.js'
import { reference, tiny } from '../engine/voice.js'
import { builtCheckout, tool } from './checkout.js'
import { output } from './processes.js'

// The examples as a reader runs them: in a project of their own that has the package in node_modules.

let folder: string
let voice: string
const env = (): NodeJS.ProcessEnv => ({ ...process.env, GSV_CACHE_DIR: join(folder, 'cache') })

function node(...args: string[]): string {
  return output(process.execPath, args, folder, { GSV_CACHE_DIR: join(folder, 'cache') })
}

beforeAll(() => {
  const { root } = builtCheckout()
  if (isStale(root)) output(process.execPath, [join(root, 'scripts', 'build.mjs')], root)
  folder = mkdtempSync(join(tmpdir(), 'gsv-examples-'))
  cpSync(join(root, 'examples'), join(folder, 'examples'), { recursive: true })
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(root, join(folder, 'node_modules', 'gpt-sovits'), 'junction')
  for (const name of ['@types', 'typescript', 'express']) {
    symlinkSync(tool(name), join(folder, 'node_modules', name), 'junction')
  }
  // A voice that brings its recording, as the demo voice does.
  voice = join(folder, 'voice')
  mkdirSync(voice)
  const { audio, text } = reference
  const description = { format: 1, checkpoints: tiny, references: [{ audio, text, language: 'en' }] }
  writeFileSync(join(voice, 'voice.json'), JSON.stringify(description))
}, 240_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function seconds(name: string): Promise<number> {
  return (await decodeAudio(join(folder, name))).seconds
}

describe('the examples', () => {
  test('node: a text to a file, with subtitles', async () => {
    expect(node('examples/node/say.mjs', voice, 'hello.flac')).toMatch(/^hello\.flac: \d\.\d s\n$/)
    expect(await seconds('hello.flac')).toBeGreaterThan(0.6)
    expect(readFileSync(join(folder, 'hello.flac.srt'), 'utf8')).toMatch(/^1\n00:00:00,000 --> .*\nHello from Node\.\n/)
  })

  test('ts-node: with types, from CommonJS', async () => {
    const project = ['--project', 'examples/ts-node/tsconfig.json']
    const printed = node(tool('ts-node', 'dist', 'bin.js'), ...project, 'examples/ts-node/say.ts', voice, 'typed.wav')
    expect(printed.trim().split('\n').at(-1)).toMatch(/^\d\.\d\d \d\.\d\d TypeScript\.$/)
    expect(await seconds('typed.wav')).toBeGreaterThan(0.3)
  })

  test('llm: speaks each sentence when it is whole', async () => {
    const printed = node('examples/llm/speak-while-it-writes.mjs', voice, 'answer.opus')
    expect([...printed.matchAll(/s: (.*)/g)].map(([, sentence]) => sentence)).toEqual([
      'Rivers carve valleys over time.',
      'Rain feeds them!',
      'Where do they end?',
      'In the sea.'
    ])
    expect(await seconds('answer.opus')).toBeGreaterThan(1)
  })

  test('worker-thread: a voice in a worker', async () => {
    expect(node('examples/worker-thread/main.mjs', voice, 'worker.wav')).toMatch(/^worker\.wav: \d\.\d s\n$/)
    expect(await seconds('worker.wav')).toBeGreaterThan(0.3)
  })

  test('express: a route that streams', async () => {
    const server = spawn(process.execPath, ['examples/express/server.mjs', voice, '0'], { cwd: folder, env: env() })
    try {
      const url = await firstLine(server)
      const speak = (body: object): Promise<Response> =>
        fetch(`${url}/speak`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body)
        })
      const answer = await speak({ text: 'Hello there. How are you?', format: 'ogg' })
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'audio/ogg'])
      expect((await decodeAudio(new Uint8Array(await answer.arrayBuffer()))).seconds).toBeGreaterThan(0.6)
      expect((await speak({ text: 'Hello.', format: 'wma' })).status).toBe(400)
      const silent = await speak({ text: '...' })
      expect([silent.status, await silent.json()]).toMatchObject([400, { code: 'ERR_GSV_EMPTY_TEXT' }])
    } finally {
      const ended = once(server, 'exit')
      server.kill()
      await ended
    }
  })
})

// Electron itself cannot be had everywhere: its modules are stood in for, the example's own files are run as they are.
const standIn = `
const { fork } = require('node:child_process')
const { EventEmitter } = require('node:events')
const { MessageChannel } = require('node:worker_threads')
const ipcMain = new EventEmitter()
const app = Object.assign(new EventEmitter(), { whenReady: async () => {}, quit: () => process.exit(0) })

// Ports of two processes are two channels, joined over the processes' own.
function forkUtility(file, args) {
  const child = fork('utility.cjs', [file, ...args], { serialization: 'advanced' })
  const process_ = Object.assign(new EventEmitter(), {
    postMessage(data, [port]) {
      child.send({ data })
      child.on('message', (message) => port.postMessage(message))
      port.on('message', (message) => child.send({ port: message }))
    },
    kill: () => child.kill()
  })
  child.once('exit', (code) => process_.emit('exit', code))
  return process_
}

class BrowserWindow {
  constructor(options) {
    process.send({ window: { contextIsolation: options.webPreferences.contextIsolation, sandbox: options.webPreferences.sandbox } })
  }
  async loadFile(file) {
    process.send({ loaded: file })
    const sender = { postMessage: (channel, data, [port]) => port.on('message', (message) => process.send({ channel, message })) }
    process.on('message', (text) => ipcMain.emit('speak', { sender }, text))
  }
}

exports.app = app
exports.BrowserWindow = BrowserWindow
exports.ipcMain = ipcMain
exports.MessageChannelMain = MessageChannel
exports.utilityProcess = { fork: forkUtility }
`
const utility = `
const { EventEmitter } = require('node:events')
const [file, ...args] = process.argv.slice(2)
process.argv = [process.argv[0], file, ...args]
process.parentPort = new EventEmitter()
const port = Object.assign(new EventEmitter(), { start() {}, close() {}, postMessage: (message) => process.send(message) })
const loaded = import(require('node:url').pathToFileURL(file))
process.on('message', async (message) => {
  await loaded // messages wait for their listener
  if ('data' in message) process.parentPort.emit('message', { data: message.data, ports: [port] })
  else port.emit('message', { data: message.port })
})
`

describe('electron', () => {
  test('the main process opens a closed window, and the voice speaks to it from a process of its own', async () => {
    const project = join(folder, 'examples', 'electron')
    mkdirSync(join(project, 'node_modules', 'electron'), { recursive: true })
    writeFileSync(join(project, 'node_modules', 'electron', 'index.js'), standIn)
    writeFileSync(join(project, 'utility.cjs'), utility)
    const settings = { cwd: project, env: { ...env(), GSV_VOICE: voice }, execArgv: [] } // not the test runner's own
    const main = fork('main.mjs', { ...settings, serialization: 'advanced' })
    const said: Record<string, unknown>[] = []
    try {
      await new Promise<void>((resolve, reject) => {
        main.once('exit', () => reject(new Error('the main process ended')))
        main.on('message', (message: Record<string, unknown>) => {
          said.push(message)
          if ('loaded' in message) main.send('Hello there. How are you?')
          const { kind } = (message['message'] ?? {}) as { kind?: string }
          if (kind === 'done' || kind === 'failed') resolve()
        })
      })
    } finally {
      main.removeAllListeners('exit')
      main.kill()
    }
    expect(said[0]).toEqual({ window: { contextIsolation: true, sandbox: true } })
    const chunks = said.flatMap(({ message }) =>
      message === undefined ? [] : [message as { kind: string; text?: string }]
    )
    expect(chunks.map(({ kind, text }) => text?.trim() ?? kind)).toEqual(['Hello there.', 'How are you?', 'done'])
  })

  test('the archive leaves out what programs must open', () => {
    const settings = readFileSync(join(folder, 'examples', 'electron', 'electron-builder.yml'), 'utf8')
    expect(settings).toMatch(/asarUnpack:\n {2}- node_modules\/gpt-sovits\/\*\*/)
  })
})

// Compiling takes a while, and an install has just done it.
function isStale(root: string): boolean {
  const built = join(root, 'dist', 'esm', 'index.js')
  if (!existsSync(built)) return true
  const { mtimeMs } = statSync(built)
  const sources = readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' })
  return sources.some((name) => /\.c?ts$/.test(name) && statSync(join(root, 'lib', name)).mtimeMs > mtimeMs)
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let complaint = ''
    child.stderr?.on('data', (text) => (complaint += String(text)))
    child.stdout?.once('data', (text) => resolve(String(text).trim()))
    child.once('exit', () => reject(new Error(complaint)))
  })
}
