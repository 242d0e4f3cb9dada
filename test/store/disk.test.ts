import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { importCached } from '../../lib/store/import.js'
import { exportVoice, importVoice, pull, verifyStored } from '../../lib/store/index.js'
import { engine } from '../../lib/native.js'
import { locateVoice } from '../../lib/store/locate.js'
import { fetchFile } from '../../lib/store/download/index.js'
import { canMount, smallDisk } from '../small-disk.js'
import { tiny } from '../engine/voice.js'
import { content, type Hub, sha256, startHub, wellBehaved } from '../unit/store/download/hub.js'

let disk: string
let remount: (options: string) => void
let hub: Hub
beforeEach(async () => {
  if (!canMount) return
  ;({ path: disk, remount } = smallDisk())
  hub = await startHub()
})

const file = content(3 << 20)

describe.runIf(canMount)('a full disk', () => {
  it('is seen before a download begins', async () => {
    const target = join(disk, 'v.ckpt')
    await expect(fetchFile(hub.serve('/f', wellBehaved(file)), target)).rejects.toThrow(/free and .* are needed/)
    expect(readdirSync(disk)).toEqual([])
  })

  it('ends a download whose length nobody told, and leaves no file under its name', async () => {
    const target = join(disk, 'v.ckpt')
    const url = hub.serve('/f', (_, response) => {
      response.write(file)
      response.end()
    })
    const expected = { sha256: sha256(file) }
    await expect(fetchFile(url, target, expected)).rejects.toMatchObject({ code: 'ERR_GSV_FILE' })
    expect(existsSync(target)).toBe(false)
    remount('size=16m')
    await fetchFile(url, target, expected)
    expect(sha256(readFileSync(target))).toBe(expected.sha256)
  })

  it('ends an import, which is right when there is room again', async () => {
    const cache = join(disk, 'cache')
    await expect(importCached(tiny, cache)).rejects.toMatchObject({ code: 'ERR_GSV_FILE' })
    expect(readdirSync(join(cache, 'modules')).filter((name) => name.startsWith('.'))).toEqual([])
    remount('size=16m')
    await importCached(tiny, cache)
    expect((await verifyStored('all', cache)).map(({ fault }) => fault)).toEqual([undefined, undefined, undefined])
  })

  it('ends an import into a folder, which then is no voice', async () => {
    const out = join(disk, 'voice')
    await expect(importVoice(tiny, out)).rejects.toMatchObject({ code: 'ERR_GSV_FILE' })
    expect(readdirSync(out)).not.toContain('voice.json')
  })

  it('ends an export, and no archive is there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gsv-disk-voice-'))
    try {
      await importVoice(tiny, folder)
      const tar = join(disk, 'voice.tar')
      const place = { voice: folder, cacheDir: join(folder, 'cache') }
      await expect(exportVoice(place, tar)).rejects.toMatchObject({ code: 'ERR_GSV_FILE' })
      expect(readdirSync(disk)).toEqual([])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe.runIf(canMount)('an archive', () => {
  it('says how much room it takes to unpack it, and is unpacked when there is', async () => {
    const home = mkdtempSync(join(tmpdir(), 'gsv-disk-tar-'))
    try {
      const tar = join(home, 'voice.tar')
      await exportVoice({ ...tiny, cacheDir: home }, tar)
      const addon = await engine()
      const place = { voice: tar, cacheDir: join(disk, 'cache') }
      await expect(locateVoice(addon, place)).rejects.toThrow(/free and .* are needed/)
      remount('size=32m')
      await locateVoice(addon, place)
      remount('ro')
      await locateVoice(addon, place)
    } finally {
      rmSync(home, { recursive: true })
    }
  })
})

describe.runIf(canMount)('a read-only disk', () => {
  it('serves what is in its cache, and says what to do about the rest', async () => {
    remount('size=16m')
    const cache = join(disk, 'cache')
    const { voice } = await importCached(tiny, cache)
    remount('ro')
    expect((await importCached(tiny, cache)).voice).toEqual(voice)
    remount('rw')
    rmSync(voice.modules.s1)
    remount('ro')
    await expect(importCached(tiny, cache)).rejects.toMatchObject({ code: 'ERR_GSV_FILE' })
    await expect(pull('me/v.ckpt/v.ckpt', { hub: hub.origin, cacheDir: cache })).rejects.toMatchObject({
      code: 'ERR_GSV_FILE'
    })
    const elsewhere = mkdtempSync(join(tmpdir(), 'gsv-elsewhere-'))
    await importCached(tiny, elsewhere)
    rmSync(elsewhere, { recursive: true })
  })
})
