import type { Binding } from '../../binding.js'
import { baseVoices, type Part, type PartName, parts, whereToGet } from './parts.js'

/** A file that a voice cannot speak without. */
export interface Need {
  /** Config field and command-line option. */
  readonly option: string
  readonly what: string
  /** Where the published file is. */
  readonly where: string
}

/** What else it takes to speak with a file of this kind and version; nothing for files that are no voice. */
export function needsOf(addon: Binding, kind: string, version: string): Need[] {
  if (kind === 's1') return [{ option: 'sovits', ...secondStages(version) }, ofPart(parts.hubert)]
  const row = addon.versions().find(({ name }) => name === version)
  const base = baseVoices[version]
  if (!row || !base || (kind !== 's2' && kind !== 's2-lora')) return []
  const needs: Need[] = [
    { option: 'gpt', what: `a GPT model with the phones of ${row.symbols}`, where: whereToGet(base.s1, '.ckpt') }
  ]
  if (kind === 's2-lora') {
    needs.push({
      option: 'base',
      what: `the SoVITS model of ${version} that it was trained on`,
      where: whereToGet(base.s2)
    })
  }
  const shared = ['hubert', row.speaker, row.vocoder].filter((name) => name !== '') as PartName[]
  return [...needs, ...shared.map((name) => ofPart(parts[name]))]
}

function secondStages(version: string): { what: string; where: string } {
  const base = version === 'v1' ? baseVoices['v1'] : baseVoices['v2']
  const what = version === 'v1' ? 'a SoVITS model of v1' : 'a SoVITS model of v2 to v4'
  return { what, where: base ? whereToGet(base.s2, '.pth') : '' }
}

function ofPart({ option, what, where }: Part): Need {
  return { option, what, where }
}
