// npm run demo: the demo voice speaks one sentence to demo.wav.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const cli = join(root, 'dist', 'esm', 'cli', 'main.js')
const sentence = 'Hello there. This sentence went all the way from text to speech.'
const { status } = spawnSync(process.execPath, [cli, 'say', sentence, '--seed', '1', '--out', 'demo.wav'], {
  stdio: 'inherit'
})
process.exitCode = status ?? 1
