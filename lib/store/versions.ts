import type { Binding, Version } from '../../binding.js'
import { UnsupportedConfigError } from '../errors.js'

/**
 * What a version is and needs.
 * @param subject what is of that version, for the message
 * @throws {UnsupportedConfigError} for a version that this release does not know.
 */
export function versionNamed(addon: Binding, name: string, subject: string): Version {
  const versions = addon.versions()
  const found = versions.find((version) => version.name === name)
  if (found) return found
  const known = versions.map((version) => version.name).join(', ')
  throw new UnsupportedConfigError(
    `${subject} is of ${name ? `version '${name}'` : 'no known version'}; known: ${known}`
  )
}
