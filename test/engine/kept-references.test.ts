import { existsSync, readdirSync, readFileSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { GptSovits } from '../../lib/index.js'
import { removeStored } from '../../lib/store/index.js'
import { reference, scratch, tiny, tinyPro } from './voice.js'

const cacheDir = scratch()
const folder = join(cacheDir, 'references')
const open: GptSovits[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((tts) => tts.dispose()))
})

function voice(files: typeof tiny = tiny): GptSovits {
  const tts = new GptSovits({ ...files, cacheDir, threads: 1 })
  open.push(tts)
  return tts
}

async function spoken(tts: GptSovits): Promise<Float32Array> {
  const speech = await tts.synthesize('One.', reference, { seed: 1, maxTokens: 12 })
  return speech.samples
}

describe('a prepared reference', () => {
  it('is kept on disk and sounds the same from there', async () => {
    for (const files of [tiny, tinyPro]) {
      const heard = await spoken(voice(files))
      const entries = readdirSync(folder)
      expect(await spoken(voice(files))).toEqual(heard)
      expect(readdirSync(folder)).toEqual(entries) // and was not made again under another name
    }
    expect(readdirSync(folder)).toHaveLength(2) // each voice has its own
  })

  it('is not trusted when it is damaged, and made again', async () => {
    const heard = await spoken(voice())
    const files = readdirSync(folder).map((name) => join(folder, name))
    const whole = files.map((file) => readFileSync(file))
    const damages: ((file: string) => void)[] = [
      (file) => truncateSync(file, statSync(file).size / 2),
      (file) => writeFileSync(file, ''),
      (file) =>
        writeFileSync(
          file,
          readFileSync(file).map((byte, i) => (i === 200 ? byte ^ 1 : byte))
        )
    ]
    for (const damage of damages) {
      files.forEach(damage)
      expect(await spoken(voice())).toEqual(heard)
      expect(
        files.map((file) => readFileSync(file)).filter((bytes) => whole.some((one) => one.equals(bytes)))
      ).toHaveLength(1)
    }
  })

  it('makes room for new ones from 64 MB on, the longest unused first', async () => {
    await spoken(voice())
    const old = join(folder, '0'.repeat(64))
    writeFileSync(old, new Uint8Array(40 * 2 ** 20))
    writeFileSync(join(folder, '1'.repeat(64)), new Uint8Array(40 * 2 ** 20))
    utimesSync(old, 1, 1)
    await voice().prepare({ ...reference, refTrim: 'auto' })
    const names = readdirSync(folder)
    expect(names).not.toContain('0'.repeat(64))
    expect(names).toContain('1'.repeat(64))
  })

  it('goes with everything else that the cache keeps', async () => {
    await spoken(voice())
    await removeStored('all', cacheDir)
    expect(existsSync(folder)).toBe(false)
    await spoken(voice())
    expect(readdirSync(folder)).toHaveLength(1)
  })

  it('is prepared where the cache cannot be written, too', async () => {
    const heard = await spoken(voice())
    const tts = new GptSovits({ ...tiny, cacheDir: scratch(), threads: 1 })
    open.push(tts)
    expect(await spoken(tts)).toEqual(heard)
  })
})
