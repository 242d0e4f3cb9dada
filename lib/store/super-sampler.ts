import type { Binding } from '../../binding.js'
import { OptionRangeError } from '../errors.js'
import { cacheFolder } from './cache.js'
import { cachedModule } from './module-cache.js'
import type { VoiceModules } from './open.js'
import { openPart } from './open-sources.js'
import { missingPart, type Part, type PartName, parts } from './parts.js'
import type { VoiceFile } from './voice-file.js'
import { versionNamed } from './versions.js'

/** Where a super-sampling model is, and where its module is kept. */
export interface SuperSamplerPlace {
  readonly superSampler?: string | undefined
  readonly cacheDir?: string | undefined
}

/**
 * A voice with the super-sampling model that the config names beside it, if its version has any use for one. One that the
 * voice brings along gives way.
 * @throws {WrongModelError | FileError | UnsupportedConfigError | ModelMismatchError} it is something else.
 */
export async function withSuperSampler<Voice extends VoiceFile>(
  addon: Binding,
  voice: Voice,
  { superSampler, cacheDir }: SuperSamplerPlace,
  signal: AbortSignal | undefined
): Promise<Voice> {
  const { superSampler: name } = versionNamed(addon, voice.version, voice.modules.s2)
  if (superSampler === undefined || name === '') return voice
  const source = await openPart(addon, parts[name as PartName], superSampler, { signal })
  const module = await cachedModule(addon, source, cacheFolder(cacheDir), { signal })
  return { ...voice, modules: { ...voice.modules, superSampler: module.path } }
}

/**
 * The rate of super-sampled speech in Hz.
 * @throws {OptionRangeError} for a version that is not super-sampled. @throws {MissingModelError} without the model.
 */
export function superSampledRate({ version, paths }: VoiceModules): number {
  if (version.superSampler === '') {
    throw new OptionRangeError(
      `superSampling is true and the voice is of ${version.name}, which speaks at ${version.sampleRate} Hz as it is; ` +
        'it is for voices of v3'
    )
  }
  if (paths.superSampler === undefined) {
    const row: Part = parts[version.superSampler as PartName]
    throw missingPart(row, 'superSampling is true and needs it')
  }
  return version.superSampleRate
}
