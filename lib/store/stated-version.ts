import type { Binding, Version } from '../../binding.js'
import { MissingBaseError } from '../errors.js'
import type { FillOptions } from './fill.js'
import { inspect, type Inspection } from './inspect.js'
import { findWeights, type Part, type PartName, parts } from './parts.js'

/** What the user gives beside a voice's file. */
export interface Beside {
  readonly base?: string | undefined
  readonly vocoder?: string | undefined
}

/**
 * The inspection of a SoVITS file with the version that it is read as. v3 and v4 have the same tensors; where neither head,
 * hash nor config says which one it is, the base and the vocoder that were given do, and the warning says so.
 * @throws {MissingBaseError} nothing says of a LoRA what it was trained on.
 */
export async function withVersion(
  addon: Binding,
  found: Inspection,
  beside: Beside,
  options: FillOptions
): Promise<Inspection> {
  if (found.versionIsStated) return found
  const candidates = candidatesOf(addon, found)
  const names = candidates.map(({ name }) => name).join(' or ')
  const decided = (version: string, reason: string): Inspection => ({
    ...found,
    version,
    what: found.what.replace(` of ${found.version}`, ` of ${version}`),
    warnings: [`${found.path} does not say whether it is ${names}; taken for ${version}, since ${reason}`]
  })
  if (beside.base !== undefined) {
    const base = await inspect(beside.base, { addon, ...options })
    const known = base.kind === 's2' && base.versionIsStated && candidates.some(({ name }) => name === base.version)
    if (known) return decided(base.version, `\`base\` is ${base.what}`)
  }
  for (const { name, vocoder } of beside.vocoder === undefined ? [] : candidates) {
    const part: Part = parts[vocoder as PartName]
    const file = await findWeights(part, beside.vocoder as string)
    if (file === undefined) continue
    if ((await inspect(file, { addon, ...options })).kind === part.kind)
      return decided(name, `\`vocoder\` is ${part.what}`)
  }
  if (found.kind !== 's2-lora' || beside.base !== undefined) return found
  throw new MissingBaseError(
    `\`base\` is missing: ${found.path} is a SoVITS LoRA voice that does not say whether it is ${names}; give the SoVITS ` +
      'model that it was trained on, or the vocoder of its version'
  )
}

function candidatesOf(addon: Binding, { version }: Inspection): Version[] {
  const versions = addon.versions()
  const s2 = versions.find(({ name }) => name === version)?.s2
  return versions.filter((row) => row.s2 === s2)
}
