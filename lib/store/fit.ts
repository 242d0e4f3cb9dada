import { posix } from 'node:path'
import { WrongModelError } from '../errors.js'
import type { Source } from './fill.js'
import type { TensorInfo } from './inspect.js'
import type { Networks } from './open-sources.js'
import { type PartName, parts } from './parts.js'

/** A size that a network of a voice hands to another: what one gives, the other takes. */
interface Joint {
  readonly giver: keyof Networks
  readonly taker: keyof Networks
  /** What is handed over. */
  readonly what: string
  /** Tensors that show the size, by the ends of their names, and the dimension; a factor where they show a part of it. */
  readonly given: Place
  readonly taken: Place
}

interface Place {
  readonly tensors: readonly string[]
  readonly dim: number
  readonly times?: number
}

const SPEAKER_BANDS = 10 // of 80, after three halvings: each is pooled by itself

const joints: readonly Joint[] = [
  {
    giver: 'hubert',
    taker: 's2',
    what: 'features of a recording',
    given: { tensors: ['feature_projection.projection.weight'], dim: 0 },
    taken: { tensors: ['ssl_proj.weight'], dim: 1 }
  },
  {
    giver: 'bert',
    taker: 's1',
    what: 'features of a text',
    given: { tensors: ['embeddings.word_embeddings.weight'], dim: 1 },
    taken: { tensors: ['bert_proj.weight'], dim: 1 }
  },
  {
    giver: 'speaker',
    taker: 's2',
    what: 'speaker vectors',
    given: { tensors: ['layer3_ds.weight'], dim: 0, times: SPEAKER_BANDS },
    taken: { tensors: ['sv_emb.weight'], dim: 1 }
  },
  {
    giver: 's2',
    taker: 'vocoder',
    what: 'bands of a mel spectrogram',
    given: { tensors: ['cfm.estimator.proj_out.weight'], dim: 0 },
    taken: { tensors: ['conv_pre.weight', 'conv_pre.weight_v', 'conv_pre.parametrizations.weight.original1'], dim: 1 }
  }
]

/**
 * Sees that networks which are whole by themselves go together.
 * @throws {WrongModelError} naming both files and tensors.
 */
export function checkFit(networks: Networks): void {
  for (const joint of joints) checkJoint(joint, networks)
}

function checkJoint({ giver, taker, what, given, taken }: Joint, networks: Networks): void {
  const [from, to] = [networks[giver], networks[taker]]
  const [gives, takes] = [from && found(from, given), to && found(to, taken)]
  if (!gives || !takes || gives.size === takes.size) return // what lacks the tensor is refused by its own blueprint
  const part = [from, to].map((source) => parts[source?.network as PartName] as { where: string } | undefined)
  const where = part.find((row) => row !== undefined)?.where
  throw new WrongModelError(
    `${from?.file} gives ${what} ${gives.size} wide (${gives.shown}) and ${to?.file} takes ${takes.size} (${takes.shown}); ` +
      `the two do not belong together` +
      (where === undefined ? '' : `. The network that goes with published voices is ${where}`)
  )
}

function found(source: Source, { tensors, dim, times = 1 }: Place): { size: number; shown: string } | undefined {
  for (const { inspection, file } of [source, source.base].filter((each) => each !== undefined)) {
    const named = (fits: (name: string, end: string) => boolean): TensorInfo | undefined =>
      inspection.tensors.find(({ name }) => tensors.some((end) => fits(name, end)))
    const tensor = named((name, end) => name === end) ?? named((name, end) => name.endsWith(`.${end}`))
    const size = tensor?.shape[dim]
    if (tensor && size !== undefined) return { size: size * times, shown: shown(tensor, file, source) }
  }
  return undefined
}

function shown({ name, shape }: TensorInfo, file: string, source: Source): string {
  const where = file === source.file ? '' : ` of ${posix.basename(file)}`
  return `${name}${where} is [${shape.join(', ')}]`
}
