import { MissingModelError } from '../errors.js'
import type { VoiceSources } from './open-sources.js'
import { findPulled } from './pulled.js'

/**
 * The files of a voice, with what was pulled in the place of what was not given: the option first, then
 * `gpt-sovits pull`; nothing is downloaded here.
 * @throws {MissingModelError} naming what is in neither.
 */
export async function withPulled(given: Partial<VoiceSources>, cacheDir?: string): Promise<VoiceSources> {
  const { gpt, sovits } = given
  if (gpt === undefined) throw new MissingModelError('`gpt` is missing: the GPT weights (*.ckpt) of the voice')
  if (sovits === undefined) throw new MissingModelError('`sovits` is missing: the SoVITS weights (*.pth) of the voice')
  const hubert = given.hubert ?? (await findPulled('hubert', cacheDir))
  const bert = given.bert ?? (await findPulled('bert', cacheDir))
  if (hubert === undefined) {
    throw new MissingModelError(
      '`hubert` is missing: the folder of chinese-hubert-base, which every voice needs; run `gpt-sovits pull hubert`'
    )
  }
  return { ...given, gpt, sovits, hubert, bert }
}
