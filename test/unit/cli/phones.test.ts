import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { phonesCommand } from '../../../lib/cli/commands/phones.js'

let folder: string
let printed: string

async function phones(...args: string[]): Promise<string> {
  await phonesCommand().exitOverride().parseAsync(args, { from: 'user' })
  return printed
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gsv-phones-'))
  printed = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text)
    return true
  })
})

afterEach(() => {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true, force: true })
})

describe('gpt-sovits phones', () => {
  it('prints a table of segments, normalised text, and phones with their ids', async () => {
    expect((await phones('It costs $3, 你好。')).split('\n')).toEqual([
      'piece 1: 2 segments, 21 phones',
      'en          text     It costs $3, ',
      '            read as  It costs three dollars, ',
      '            phones   IH1:55 T:80 K:61 AA1:7 S:75 T:80 S:75 TH:81 R:74 IY1:58 D:26 AA1:7 L:62',
      '                     ER0:38 Z:93 ,:1',
      'zh          text     你好。',
      '            read as  你好.',
      '            phones   n:227 i2:167 h:158 ao3:119 .:3',
      ''
    ])
  })

  it('takes the words of a lexicon file', async () => {
    const file = join(folder, 'words.tsv')
    writeFileSync(file, '# own words\nen\tgif\tJH IH1 F\n')
    expect(await phones('A gif, well known.', '--language', 'en', '--lexicon', file)).toContain('JH:60 IH1:55 F:49')
    await expect(phones('A gif.', '--lexicon', join(folder, 'none.tsv'))).rejects.toMatchObject({
      code: 'ERR_GSV_FILE'
    })
  })

  it('prints JSON', async () => {
    const { pieces } = JSON.parse(await phones('Good morning.', '--language', 'en', '--json')) as {
      pieces: { phones: string[]; phoneIds: number[] }[]
    }
    expect(pieces[0]?.phones).toHaveLength(pieces[0]?.phoneIds.length ?? -1)
  })
})
