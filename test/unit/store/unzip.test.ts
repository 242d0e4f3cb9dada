import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { unzip } from '../../../lib/store/unzip.js'
import { zip } from '../install/fake-wheel.js'
import { sha256 } from './download/hub.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gsv-unzip-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function archive(content: Buffer): string {
  const file = join(folder, 'a.zip')
  writeFileSync(file, content)
  return file
}

describe('the zip archive of g2pW', () => {
  it('gives the files that are asked for, and no others', async () => {
    const file = archive(
      zip({ 'G2PWModel/config.py': 'a = 1', 'G2PWModel/evil.py': 'x', 'G2PWModel/g2pW.onnx': 'net' })
    )
    const files = await unzip(file, folder, ['config.py', 'g2pW.onnx'], undefined)
    expect(files).toEqual([
      { name: 'config.py', bytes: 5, sha256: sha256(Buffer.from('a = 1')) },
      { name: 'g2pW.onnx', bytes: 3, sha256: sha256(Buffer.from('net')) }
    ])
    expect(readdirSync(folder).sort()).toEqual(['a.zip', 'config.py', 'g2pW.onnx'])
    expect(readFileSync(join(folder, 'config.py'), 'utf8')).toBe('a = 1')
  })

  it('cannot write outside, and is refused when it is none', async () => {
    const outside = archive(zip({ '../../config.py': 'x' }))
    await expect(unzip(outside, folder, ['config.py'], undefined)).rejects.toThrow()
    await expect(unzip(archive(Buffer.from('no zip')), folder, ['config.py'], undefined)).rejects.toMatchObject({
      code: 'ERR_GSV_CORRUPT_MODEL'
    })
    expect(readdirSync(folder)).toEqual(['a.zip'])
  })
})
