import { describe, expect, it } from 'vitest'
import type { Binding, Version, VoiceHandle } from '../../binding.js'
import { ReferenceTextError } from '../../lib/errors.js'
import { binding } from '../../lib/native.js'
import { ReferenceRoom } from '../../lib/reference.js'
import type { VoiceModules } from '../../lib/store/index.js'
import type { TextFrontend } from '../../lib/text/index.js'

// Refused before any file is read or any network runs, so neither is here.
function room(version: Version): ReferenceRoom {
  return new ReferenceRoom({} as Binding, {} as VoiceHandle, {} as TextFrontend, { version } as VoiceModules)
}

describe('a reference without a text', () => {
  const versions = binding().versions()

  it.each(['v3', 'v4'])('is refused by a %s voice, which says why', async (name) => {
    const version = versions.find((row) => row.name === name) as Version
    for (const text of [undefined, '', '  ']) {
      const refused = room(version).prepare({ audio: 'none.wav', text }, new AbortController().signal)
      await expect(refused).rejects.toThrow(ReferenceTextError)
      await expect(refused).rejects.toThrow(`a ${name} voice needs \`text\``)
    }
  })

  it('is no error of the others', () => {
    const needing = versions.filter(({ needsPromptText }) => needsPromptText).map(({ name }) => name)
    expect(needing).toEqual(['v3', 'v4'])
  })
})
