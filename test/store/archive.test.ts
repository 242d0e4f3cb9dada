import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { create, Header, Pax } from 'tar'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GptSovits } from '../../lib/gpt-sovits.js'
import { exportVoice, importVoice, type VoiceFile } from '../../lib/store/index.js'
import { requireOurCode } from '../../lib/store/module-code.js'
import { unpackTar } from '../../lib/store/voice-tar.js'
import { reference, tiny } from '../engine/voice.js'
import { zip } from '../unit/install/fake-wheel.js'

let home: string
let folder: string
let tar: string
const cacheDir = (): string => join(home, 'cache')
const text = 'A small bird sang.'

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'gsv archive 声音 😀 '))
  folder = join(home, 'voice')
  tar = join(home, 'voice.tar')
  await importVoice(tiny, folder)
  await exportVoice({ voice: folder, cacheDir: cacheDir() }, tar, {
    references: [{ ...reference, language: 'en' }]
  })
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

async function say(voice: string, given?: typeof reference): Promise<Float32Array> {
  await using tts = new GptSovits({ voice, cacheDir: cacheDir(), threads: 1 })
  return (await tts.synthesize(text, given, { seed: 3 })).samples
}

describe('a voice as one archive', () => {
  it('speaks as the folder it was made from, and with the reference that it brings', async () => {
    const fromFolder = await say(folder, reference)
    expect(fromFolder.length).toBeGreaterThan(0)
    expect(await say(tar)).toEqual(fromFolder)
  })

  it('is the same bytes for the same voice, again from the archive itself', async () => {
    const again = join(home, 'again.tar')
    await exportVoice({ voice: tar, cacheDir: cacheDir() }, again)
    expect(readFileSync(again).equals(readFileSync(tar))).toBe(true)
  })

  it('is made from checkpoints as well', async () => {
    const direct = join(home, 'direct.tar')
    await exportVoice({ ...tiny, cacheDir: cacheDir() }, direct, { references: [{ ...reference, language: 'en' }] })
    expect(await say(direct)).toEqual(await say(tar))
  })

  it('is opened by other tar programs, and takes what they write', async () => {
    const unpacked = mkdtempSync(join(home, 'x-'))
    const files = await unpackTar(tar, unpacked)
    expect([...files.keys()].sort()).toEqual(['hubert.pt', 'references/0.wav', 's1.pt', 's2.pt', 'voice.json'])
    const other = join(home, 'other.tar')
    await create({ file: other, cwd: unpacked }, ['.'])
    expect(await say(other)).toEqual(await say(tar))
  })

  it.each([0.1, 0.5, 0.9, 0.999])('is refused when it ends after %f of it', async (share) => {
    const cut = join(home, `cut ${share}.tar`)
    writeFileSync(cut, readFileSync(tar))
    truncateSync(cut, Math.floor(readFileSync(tar).length * share))
    await expect(say(cut)).rejects.toMatchObject({ code: 'ERR_GSV_CORRUPT_MODEL' })
  })

  it('is refused when a byte of it differs', async () => {
    const bytes = readFileSync(tar)
    bytes[Math.floor(bytes.length / 2)]! ^= 1
    const flipped = join(home, 'flipped.tar')
    writeFileSync(flipped, bytes)
    await expect(say(flipped)).rejects.toThrow(/is not what voice.json says of it/)
    const archives = readdirSync(join(cacheDir(), 'archives'))
    expect(archives.filter((name) => name.startsWith('.'))).toEqual([])
  })

  it('is refused with modules that hold other programs than ours', async () => {
    const evil = join(home, 'evil')
    await importVoice(tiny, evil)
    const voice = JSON.parse(readFileSync(join(evil, 'voice.json'), 'utf8')) as VoiceFile
    const program = zip({ 's1/data.pkl': 'x', 's1/code/__torch__/s1.py': 'class Evil(Module):\n  pass\n' })
    writeFileSync(join(evil, 's1.pt'), program)
    await expect(say(evil, reference)).rejects.toThrow(/s1.pt has \d+ bytes, \d+ were written/)
    const files = { ...voice.files, 's1.pt': { bytes: program.length, sha256: '' } }
    writeFileSync(join(evil, 'voice.json'), JSON.stringify({ ...voice, files }))
    await expect(say(evil, reference)).rejects.toMatchObject({ code: 'ERR_GSV_UNSAFE_CHECKPOINT' })
  })
})

describe('a module from elsewhere', () => {
  const module = (entries: Record<string, string>): string => {
    const file = join(mkdtempSync(join(home, 'module-')), 's1.pt')
    writeFileSync(file, zip(entries))
    return file
  }

  it('is opened when its program is one of ours', async () => {
    for (const name of ['s1.pt', 's2.pt', 'hubert.pt']) await requireOurCode(join(folder, name))
  })

  it('is refused without a program, with a changed one, or one that two readers see differently', async () => {
    const refused = (entries: Record<string, string>) => expect(requireOurCode(module(entries))).rejects
    await refused({ 's1/data.pkl': 'x' }).toMatchObject({ code: 'ERR_GSV_UNSAFE_CHECKPOINT' })
    await refused({ 's1/CODE/__torch__/s1.py': 'x' }).toMatchObject({ code: 'ERR_GSV_UNSAFE_CHECKPOINT' })
    await refused({ 's1/code/x.py': 'a', 's1/Code/x.py': 'b' }).toMatchObject({ code: 'ERR_GSV_CORRUPT_MODEL' })
    await refused({ 's1/data.pkl': 'x', 's2/code/x.py': 'b' }).toMatchObject({ code: 'ERR_GSV_CORRUPT_MODEL' })
    await expect(requireOurCode(tar)).rejects.toMatchObject({ code: 'ERR_GSV_CORRUPT_MODEL' })
  })
})

describe('forged archives', () => {
  type Entry = {
    path: string
    type?: 'File' | 'SymbolicLink' | 'Link' | 'CharacterDevice'
    content?: string
    size?: number
  }

  function forge(name: string, entries: readonly Entry[]): string {
    const blocks = entries.flatMap(({ path, type = 'File', content = 'x', size = content.length }) => {
      const header = Buffer.alloc(512)
      const linkpath = type === 'File' ? '' : '/etc/passwd'
      new Header({ path, type, size: type === 'File' ? size : 0, linkpath, mode: 0o644, mtime: new Date(0) }).encode(
        header
      )
      const body = Buffer.alloc(512 * Math.ceil(content.length / 512))
      body.write(content)
      return type === 'File' ? [header, body] : [header]
    })
    const file = join(home, `${name}.tar`)
    writeFileSync(file, Buffer.concat([...blocks, Buffer.alloc(1024)]))
    return file
  }

  it.each<[string, Entry[]]>([
    ['a name above', [{ path: '../../escaped' }]],
    ['a name above, in the middle', [{ path: 'a/../../escaped' }]],
    ['an absolute name', [{ path: '/tmp/escaped' }]],
    ['a Windows name', [{ path: 'C:\\escaped' }]],
    ['a link', [{ path: 'voice.json', type: 'SymbolicLink' }]],
    ['a hard link', [{ path: 'voice.json', type: 'Link' }]],
    ['a device', [{ path: 'voice.json', type: 'CharacterDevice' }]],
    ['a file twice', [{ path: 'a' }, { path: 'A' }]],
    ['too many files', Array.from({ length: 300 }, (_, index) => ({ path: `f${index}` }))],
    ['a file longer than the archive', [{ path: 'a', size: 2 ** 32 }]],
    ['a deep name', [{ path: 'a/b/c/d/e/f' }]],
    ['a control character', [{ path: 'a\u0007' }]],
    ['no voice', [{ path: 'voice.json', content: '{}' }]]
  ])('with %s are refused', async (name, entries) => {
    const before = readdirSync(home).sort()
    const file = forge(name, entries)
    await expect(say(file)).rejects.toMatchObject({ code: 'ERR_GSV_CORRUPT_MODEL' })
    expect(readdirSync(home).sort()).toEqual([...before, `${name}.tar`].sort())
  })

  it('with a huge note on a name are refused', async () => {
    const pax = new Pax({ path: 'x'.repeat(200_000) }).encode()
    const file = join(home, 'pax.tar')
    writeFileSync(file, Buffer.concat([pax, Buffer.alloc(2048)]))
    await expect(say(file)).rejects.toMatchObject({ code: 'ERR_GSV_CORRUPT_MODEL' })
  })

  it('that are compressed, or no archive at all, are refused', async () => {
    const packed = join(home, 'packed.tar')
    writeFileSync(packed, gzipSync(readFileSync(tar)))
    await expect(say(packed)).rejects.toMatchObject({ code: 'ERR_GSV_UNSUPPORTED_FORMAT' })
    await expect(say(tiny.gpt)).rejects.toMatchObject({ code: 'ERR_GSV_UNSUPPORTED_FORMAT' })
    await expect(say(join(home, 'none.tar'))).rejects.toMatchObject({ code: 'ERR_GSV_FILE' })
  })

  it('whose description names files outside are refused', async () => {
    const voice = JSON.parse(readFileSync(join(folder, 'voice.json'), 'utf8')) as Record<string, unknown>
    const forged = mkdtempSync(join(home, 'forged-'))
    for (const name of ['s1.pt', 's2.pt', 'hubert.pt'])
      writeFileSync(join(forged, name), readFileSync(join(folder, name)))
    writeFileSync(
      join(forged, 'voice.json'),
      JSON.stringify({ ...voice, references: [{ audio: '../../../etc/passwd', text: 'x', language: 'en' }] })
    )
    const file = join(home, 'outside.tar')
    await create({ file, cwd: forged }, readdirSync(forged))
    await expect(say(file)).rejects.toThrow(/names .*passwd, which it does not list/)
  })
})
