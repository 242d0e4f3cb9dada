import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Binding, Version } from '../../binding.js'
import { FileError, MissingBaseError, ModelMismatchError, UnsupportedConfigError, WrongModelError } from '../errors.js'
import type { FillOptions, Source } from './fill.js'
import { checkFrames } from './hubert-frames.js'
import { inspect, type Inspection } from './inspect.js'
import { baseVoices, findWeights, missingPart, type Part, type PartName, parts, whereToGet } from './parts.js'
import { findPulled } from './pulled.js'
import type { NetworkName } from './specification.js'
import { withVersion } from './stated-version.js'
import { versionNamed } from './versions.js'

/** The user's files of a voice. */
export interface VoiceSources {
  readonly gpt: string
  readonly sovits: string
  /** Folder of chinese-hubert-base. */
  readonly hubert: string
  /** Folder of chinese-roberta-wwm-ext-large. */
  readonly bert?: string | undefined
  /** Speaker model of v2Pro and v2ProPlus. */
  readonly speaker?: string | undefined
  /** Vocoder of v3 and v4. */
  readonly vocoder?: string | undefined
  /** Super-sampling model of v3. */
  readonly superSampler?: string | undefined
  /** What a LoRA in `sovits` was trained on. */
  readonly base?: string | undefined
}

/** The networks of a voice, by the name under which they are loaded. */
export interface Networks {
  readonly s1: Source
  readonly s2: Source
  readonly hubert: Source
  readonly bert?: Source
  readonly speaker?: Source
  readonly vocoder?: Source
  readonly superSampler?: Source
}

export interface OpenOptions extends FillOptions {
  /** Where pulled files are looked for in the place of those not given. */
  readonly cacheDir?: string | undefined
}

export interface OpenedVoice {
  readonly version: Version
  readonly networks: Networks
}

/**
 * Reads the headers of a voice's files and sees that they belong together. Files that the version does not need are not
 * looked at.
 * @throws {WrongModelError} for a file that is something else, or a pair that does not belong together.
 * @throws {MissingModelError} for a network that the version needs. @throws {MissingBaseError} for a LoRA without one.
 */
export async function openSources(addon: Binding, sources: VoiceSources, options: OpenOptions): Promise<OpenedVoice> {
  const s1 = await openGpt(addon, sources.gpt, options)
  const { source: s2, version } = await openSovits(addon, sources, options)
  checkPair(s1, s2, version)
  checkTokens(s1, s2)
  const part = async (name: string, path: string | undefined, needed: boolean): Promise<Source | undefined> => {
    if (name === '') return undefined
    const row: Part = parts[name as PartName]
    const found = path ?? (row.published && (await findPulled(row.published, options.cacheDir)))
    if (found !== undefined) return openPart(addon, row, found, options)
    if (needed) throw missingPart(row, `${s2.file} is ${s2.inspection.what} and needs it`)
    return undefined
  }
  const hubert = (await part('hubert', sources.hubert, true)) as Source
  checkFrames(hubert, s2)
  const bert = await part('bert', sources.bert, false)
  const speaker = await part(version.speaker, sources.speaker, true)
  const vocoder = await part(version.vocoder, sources.vocoder, true)
  const superSampler = await part(version.superSampler, sources.superSampler, false)
  const others = Object.entries({ bert, speaker, vocoder, superSampler }).filter(([, source]) => source !== undefined)
  return { version, networks: { s1, s2, hubert, ...Object.fromEntries(others) } }
}

async function openGpt(addon: Binding, path: string, options: FillOptions): Promise<Source> {
  const inspection = await inspect(path, { addon, ...options })
  if (inspection.kind !== 's1') throw wrongKind(inspection, 'gpt', 'GPT weights (*.ckpt)')
  if (inspection.version === '') throw unknownPhones(inspection, phonesOfS1)
  return sourceOf('s1', inspection)
}

async function openSovits(
  addon: Binding,
  { sovits, base, vocoder }: VoiceSources,
  options: OpenOptions
): Promise<{ source: Source; version: Version }> {
  const found = await inspect(sovits, { addon, ...options })
  if (found.kind !== 's2' && found.kind !== 's2-lora') throw wrongKind(found, 'sovits', 'SoVITS weights (*.pth)')
  const inspection = await withVersion(addon, found, { base: found.kind === 's2' ? undefined : base, vocoder }, options)
  if (inspection.version === '') throw unknownPhones(inspection, phonesOfS2)
  const version = versionNamed(addon, inspection.version, inspection.path)
  const source = sourceOf(version.s2 as NetworkName, inspection)
  if (inspection.kind === 's2') return { source, version }
  return { source: { ...source, base: await openBase(addon, inspection, base, options) }, version }
}

async function openBase(
  addon: Binding,
  lora: Inspection,
  given: string | undefined,
  options: OpenOptions
): Promise<Source> {
  const published = baseVoices[lora.version]?.s2
  const wanted = `the SoVITS model of ${lora.version} that it was trained on${published ? `, ${whereToGet(published, '.pth')}` : ''}`
  const path = given ?? (published && (await findPulled(published, options.cacheDir)))
  if (path === undefined) {
    throw new MissingBaseError(`\`base\` is missing: ${lora.path} is ${lora.what} and needs ${wanted}`)
  }
  const inspection = await inspect(path, { addon, ...options })
  if (inspection.kind !== 's2' || !isOf(inspection, lora.version)) {
    throw new WrongModelError(`${inspection.path} is ${inspection.what}; as \`base\`, ${lora.path} needs ${wanted}`)
  }
  return sourceOf(versionNamed(addon, lora.version, inspection.path).s2 as NetworkName, inspection)
}

// A base that does not say what it is, is what its LoRA says.
function isOf(base: Inspection, version: string): boolean {
  return base.version === version || (!base.versionIsStated && version !== '')
}

/** `path` is the weights, or a folder that holds them under their published name. */
export async function openPart(addon: Binding, part: Part, path: string, options: FillOptions): Promise<Source> {
  const file = await weightsOf(part, path)
  const inspection = await inspect(file, { addon, ...options })
  if (inspection.kind !== part.kind) {
    throw new WrongModelError(
      `${inspection.path} is ${inspection.what}; as \`${part.option}\`, ${part.what} is needed, ${part.where}`
    )
  }
  const source = sourceOf(part.network, inspection)
  return part.hasConfig ? { ...source, config: await readJson(join(dirname(file), 'config.json')) } : source
}

async function weightsOf(part: Part, path: string): Promise<string> {
  const found = await findWeights(part, path)
  if (found !== undefined) return found
  throw new FileError(
    `${resolve(path)} has no ${part.files.join(' or ')}: \`${part.option}\` is ${part.what}, ${part.where}`
  )
}

function sourceOf(network: NetworkName, inspection: Inspection): Source {
  return { network, file: inspection.path, inspection, config: inspection.config }
}

// Where each kind of file belongs, to say so when it is given in another place.
const placeOf: Readonly<Record<string, string>> = {
  s1: 'gpt',
  s2: 'sovits',
  's2-lora': 'sovits',
  ...Object.fromEntries(Object.values(parts).map(({ kind, option }) => [kind, option]))
}

function wrongKind(found: Inspection, option: string, needed: string): WrongModelError {
  const place = placeOf[found.kind]
  const hint = place === undefined || place === option ? '' : `; it belongs in \`${place}\``
  return new WrongModelError(`${found.path} is ${found.what}; as \`${option}\`, ${needed} are needed${hint}`)
}

const phonesOfS1 = { tensor: 'model.ar_text_embedding.word_embeddings.weight', known: '512 in v1 and 732 later' }
const phonesOfS2 = { tensor: 'enc_p.text_embedding.weight', known: '322 in v1 and 732 later' }

/** A table of phones that no version has. */
function unknownPhones(found: Inspection, { tensor, known }: typeof phonesOfS1): ModelMismatchError {
  return new ModelMismatchError(
    `${found.path} is of no known version: ${tensor} has ${sizesOf(found, tensor)[0] ?? 'no'} rows, one a phone; ` +
      `there are ${known}`
  )
}

function sizesOf(inspection: Inspection, tensor: string): readonly number[] {
  return inspection.tensors.find(({ name }) => name === tensor)?.shape ?? []
}

// What the first stage writes, the second reads: all of its vocabulary but the token that ends a sentence.
function checkTokens(s1: Source, s2: Source): void {
  const vocabulary = sizesOf(s1.inspection, 'model.ar_predict_layer.weight')[0]
  const owner = s2.base ?? s2 // a LoRA holds the codebook too, but need not
  const codes = sizesOf(owner.inspection, 'quantizer.vq.layers.0._codebook.embed')[0]
  if (vocabulary === undefined || codes === undefined || vocabulary === codes + 1) return
  throw new WrongModelError(
    `${s1.file} speaks ${vocabulary - 1} semantic tokens and ${owner.file} knows ${codes}; the two do not belong together`
  )
}

// Both networks were trained with the phones of one table.
function checkPair(s1: Source, s2: Source, version: Version): void {
  const { version: symbols } = s1.inspection
  if (symbols === version.symbols) return
  const published = baseVoices[version.name]?.s1
  throw new WrongModelError(
    `${s1.file} is ${s1.inspection.what} and ${s2.file} is ${s2.inspection.what}; the two do not belong together. ` +
      `A GPT model with the phones of ${version.symbols} is needed` +
      (published ? `: the one it was trained with, or the base ${whereToGet(published, '.ckpt')}` : '')
  )
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new FileError(`${path} cannot be read: ${(cause as Error).message}`, { cause })
  })
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    throw new UnsupportedConfigError(`${path} is not JSON`, { cause })
  }
}
