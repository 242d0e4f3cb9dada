// npm run demo: speaks one sentence to demo.wav with the tiny fixture voice.
import { spawnSync } from 'node:child_process'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const fixture = join(root, 'test', 'fixtures', 'voice')
const out = resolve('demo.wav')
const sentence = 'Hello there. This sentence went all the way from text to samples.'

console.log('The demo voice is a tiny fixture with random weights: what you will hear is noise, not speech.')
console.log(
  'It shows that the whole path works: text, reference, tokens, waveform. A trained demo voice will replace it.'
)
const { status } = spawnSync(
  process.execPath,
  [
    ...[join(root, 'dist', 'esm', 'cli', 'main.js'), 'say', sentence, '--out', out, '--seed', '1'],
    ...['--gpt', join(fixture, 'voice.ckpt'), '--sovits', join(fixture, 'voice.pth')],
    ...['--hubert', join(fixture, 'hubert'), '--ref', join(fixture, 'reference.wav'), '--ref-text', 'A reference.']
  ],
  { stdio: 'inherit' }
)
process.exitCode = status ?? 1
