import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { exportCommand } from '../../../lib/cli/commands/export.js'
import { modelsCommand } from '../../../lib/cli/commands/models.js'
import { pullCommand } from '../../../lib/cli/commands/pull.js'
import { packageRoot } from '../../../lib/package-root.cjs'
import { type Hub, sha256, startHub, wellBehaved } from '../store/download/hub.js'

const voice = join(packageRoot, 'test', 'fixtures', 'voice')
let folder: string
let hub: Hub
let printed: string

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gsv-models-'))
  hub = await startHub()
  printed = ''
  vi.stubEnv('GSV_CACHE_DIR', folder)
  vi.stubEnv('GSV_HUB', hub.origin)
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text)
    return true
  })
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  process.exitCode = undefined
  rmSync(folder, { recursive: true, force: true })
})

async function run(command: typeof pullCommand, ...args: string[]): Promise<string> {
  printed = ''
  await command().exitOverride().parseAsync(args, { from: 'user' })
  return printed
}

function serveVoice(): void {
  for (const name of ['voice.ckpt', 'voice.pth']) {
    hub.serve(`/me/voice/resolve/main/${name}`, wellBehaved(readFileSync(join(voice, name))))
  }
}
const pair = ['me/voice/voice.ckpt', 'me/voice/voice.pth']

describe('gpt-sovits pull', () => {
  it('lists what it knows, with sizes', async () => {
    const text = await run(pullCommand, '--list')
    for (const name of [
      'hubert',
      'bert',
      'speaker',
      'v1-base',
      'v2pro-base',
      'v4-vocoder',
      'g2pw',
      'dict-ja',
      'dict-ko'
    ]) {
      expect(text).toMatch(new RegExp(`^${name} `, 'm'))
    }
    expect(text).toMatch(/^v4-vocoder +58 MB {2}the vocoder of v4$/m)
  })

  it('says what came, what it is, and that nobody vouches for it', async () => {
    serveVoice()
    const text = await run(pullCommand, ...pair)
    expect(text).toMatch(/voice\.ckpt {2}286 kB {2}.*GPT.*; nobody vouches for its content/)
    const json = JSON.parse(await run(pullCommand, ...pair, '--json')) as { files: { name: string; sha256: string }[] }
    expect(json.files.map(({ name, sha256 }) => [name, sha256])).toContainEqual([
      'voice.pth',
      sha256(readFileSync(join(voice, 'voice.pth')))
    ])
  })

  it('refuses what it does not know', async () => {
    await expect(run(pullCommand, 'hubertt')).rejects.toMatchObject({ code: 'ERR_GSV_WRONG_TYPE' })
    await expect(run(pullCommand)).rejects.toThrow(/--list/)
    await expect(run(pullCommand, 'hubert', 'me/voice')).rejects.toThrow(/two calls/)
    await expect(run(pullCommand, 'hubert', '--connections', '0')).rejects.toThrow(/1 to 16/)
  })
})

describe('gpt-sovits models', () => {
  it('shows where, lists, verifies and removes', async () => {
    serveVoice()
    expect(await run(modelsCommand, 'where')).toBe(`${folder}\n`)
    expect(await run(modelsCommand)).toMatch(/^0\.0 kB in /)
    await run(pullCommand, ...pair)
    const { items } = JSON.parse(await run(modelsCommand, 'list', '--json')) as {
      items: { kind: string; name: string; bytes: number; path: string }[]
    }
    expect(items).toMatchObject([{ kind: 'pulled', sound: true }])
    expect(await run(modelsCommand, 'verify')).toMatch(/^ok +me-voice-/)
    const damaged = join(items[0]!.path, 'voice.pth')
    const bytes = readFileSync(damaged)
    bytes[100]! ^= 1
    writeFileSync(damaged, bytes)
    expect(await run(modelsCommand, 'verify')).toMatch(/^DAMAGED +me-voice-.*voice\.pth is not what was written/)
    expect(process.exitCode).toBe(1)
    expect(await run(modelsCommand, 'list')).toContain('DAMAGED')
    expect(await run(modelsCommand, 'remove', '--unused')).toMatch(/removed/)
    expect(await run(modelsCommand)).toMatch(/^0\.0 kB in /)
    await expect(run(modelsCommand, 'remove', 'nothing')).rejects.toThrow(/nothing is called nothing/)
    await expect(run(modelsCommand, 'remove')).rejects.toThrow(/--all/)
  })
})

describe('gpt-sovits export', () => {
  it('wants one voice, and a recording with what it says', async () => {
    const out = ['--out', join(folder, 'v.tar')]
    await expect(run(exportCommand, ...out)).rejects.toThrow(/name a voice/)
    await expect(run(exportCommand, 'v', '--gpt', 'g', ...out)).rejects.toThrow(/name a voice/)
    await expect(run(exportCommand, 'v', '--ref', 'a.wav', ...out)).rejects.toThrow(/go together/)
  })
})
