// Runs recorded answers of the Python servers against this one: `npm run parity:http -- DIR`, a folder of JSON files as
// described in docs/server.md. A real server speaks with the tiny voice; each case is compared with what the recording
// and the documented differences from it say.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SpokenPart } from '../../lib/server/speaker.js'
import type { SpeechRequest } from '../../lib/server/speech-request.js'
import { createServer, type GptSovitsServer, type ServerOptions } from '../../lib/server/index.js'
import { charactersFolder } from '../server/characters.js'
import { packageRoot } from '../../lib/package-root.cjs'
import { apiV2Case } from './http/api-v2-cases.js'
import { characterCase, type Files } from './http/character-cases.js'
import { send } from './http/client.js'
import { compare, compareRequest } from './http/expected.js'
import { type Kind, readRecorded, type Recorded, type Sent } from './http/recorded.js'

const voice = join(packageRoot, 'test', 'fixtures', 'voice')
const files: Files = {
  reference: join(voice, 'reference.wav'),
  gpt: join(voice, 'voice.ckpt'),
  sovits: join(voice, 'voice.pth')
}
const counts = { passed: 0, failed: 0, skipped: 0 }
let reached: SpeechRequest | undefined

/** `BOOM` fails before the first sound, `BOOM2` after two sentences: what a model does when it breaks. */
async function* speakOrBreak(
  request: SpeechRequest,
  signal: AbortSignal,
  speak: (request: SpeechRequest, signal: AbortSignal) => AsyncGenerator<SpokenPart, void, undefined>
): AsyncGenerator<SpokenPart, void, undefined> {
  reached = request
  const [, after] = /BOOM(\d*)/.exec(request.task.kind === 'text' ? request.task.text : '') ?? []
  if (after === undefined) return yield* speak(request, signal)
  for (let spoken = 0; spoken < Number(after); spoken++) {
    yield* speak({ ...request, task: { kind: 'text', text: 'Before it breaks.' } }, signal)
  }
  throw new Error('the model broke')
}

async function open(
  kind: Kind,
  scratch: string,
  more: ServerOptions = {}
): Promise<{ server: GptSovitsServer; base: string }> {
  const own: ServerOptions =
    kind === 'character'
      ? { characters: charactersFolder(join(scratch, more.compatStatus200 ? 'compat' : 'true')) }
      : { voice: { gpt: files.gpt, sovits: files.sovits } }
  const engine = { hubert: join(voice, 'hubert'), threads: 1, cacheDir: join(scratch, 'cache') }
  const server = await createServer(
    { port: 0, dialect: kind, engine, enableControl: true, ...own, ...more },
    { speak: speakOrBreak }
  )
  const base = await server.listen()
  await server.ready
  return { server, base }
}

async function run(kind: Kind, recorded: Recorded, base: string, compat: string | undefined): Promise<void> {
  const sent = (kind === 'character' ? characterCase : apiV2Case)(recorded.case, files)
  if (!sent) return report('skipped', kind, recorded, ['the name of the case does not say what is sent'])
  reached = undefined
  const answer = await send(base, sent)
  const differences = [...compare(kind, recorded, sent, answer), ...compareRequest(kind, recorded, sent, reached)]
  if (
    compat !== undefined &&
    recorded.status === 200 &&
    recorded.ctype === 'application/json' &&
    sent.path === '/tts'
  ) {
    const { status } = await send(compat, sent)
    if (status !== 200) differences.push(`status ${status} with --compat-status-200`)
  }
  report(differences.length === 0 ? 'passed' : 'failed', kind, recorded, differences, { sent, status: answer.status })
}

function report(
  outcome: keyof typeof counts,
  kind: Kind,
  recorded: Recorded,
  differences: readonly string[],
  exchange?: { sent: Sent; status: number }
): void {
  counts[outcome]++
  const answered = exchange
    ? ` -> ${exchange.status}${exchange.status === recorded.status ? '' : ` (recorded ${recorded.status})`}`
    : ''
  console.log(`${outcome.padEnd(7)} ${kind.padEnd(9)} ${recorded.case}${answered}`)
  for (const difference of differences) console.log(`        ${difference}`)
}

const [folder] = process.argv.slice(2)
if (folder === undefined) {
  console.error('usage: npm run parity:http -- DIR')
  process.exit(2)
}
const scratch = mkdtempSync(join(tmpdir(), 'gsv-parity-'))
try {
  for (const { kind, cases } of readRecorded(folder)) {
    const { server, base } = await open(kind, scratch)
    const compat = kind === 'character' ? await open(kind, scratch, { compatStatus200: true }) : undefined
    for (const recorded of cases) await run(kind, recorded, base, compat?.base)
    await Promise.all([server.close(), compat?.server.close()])
  }
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
console.log(
  `${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}`
)
process.exitCode = counts.failed > 0 ? 1 : 0
