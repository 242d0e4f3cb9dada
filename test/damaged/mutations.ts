// What can be wrong with a file that can still be read: every change of every part that we thought of, each by a name that
// says how to make it again.
import { type DType, type Saved, Tensor } from './checkpoint-file.js'
import { type Network, networks, scopeOf, specificationOf, type Weights, weightsOf } from './networks.js'
import { type Draft, draftOf, type Part } from './voices.js'

export interface Mutation {
  readonly part: Part
  readonly name: string
  /** The changed file; made anew at each call. */
  readonly draft: () => Draft
}

type Change = readonly [name: string, change: (draft: Draft) => void]

export function mutationsOf(part: Part): Mutation[] {
  const changes = [...changedTensors(part), ...changedConfigs(part)]
  const damaged = changes.map(([name, change]): Mutation => {
    const draft = (): Draft => {
      const fresh = draftOf(part)
      change(fresh)
      return fresh
    }
    return { part, name, draft }
  })
  return [...damaged, ...otherSizes(part)]
}

const changedShapes: Readonly<Record<string, (shape: readonly number[]) => readonly number[]>> = {
  'has one row more': ([rows = 1, ...rest]) => [rows + 1, ...rest],
  'has one row less': ([rows = 1, ...rest]) => [Math.max(0, rows - 1), ...rest],
  'is wider': (shape) => [...shape.slice(0, -1), (shape.at(-1) ?? 1) * 2],
  'is empty': ([, ...rest]) => [0, ...rest],
  'is a number': () => [],
  'is turned around': (shape) => [...shape].reverse(),
  'has another dimension': (shape) => [...shape, 1],
  'is flat': (shape) => [shape.reduce((all, size) => all * size, 1)]
}
const filled: Readonly<Record<string, number>> = { NaN, Infinity, '1e30': 1e30, '-1e30': -1e30, '0': 0 }
const dtypes: readonly DType[] = ['f16', 'f64', 'i64', 'bool']

function changedTensors(part: Part): Change[] {
  const at = (weights: Weights, name: string): Tensor => weights.get(name) as Tensor
  return [...draftOf(part).weights.keys()].flatMap((name): Change[] => [
    [`without ${name}`, ({ weights }) => weights.delete(name)],
    [
      `${name} under another name`,
      ({ weights }) => {
        weights.set(`${name}.x`, at(weights, name))
        weights.delete(name)
      }
    ],
    ...Object.entries(changedShapes).map(([what, changed]): Change => {
      const change = ({ weights }: Draft): void => {
        const { shape, values } = at(weights, name)
        weights.set(name, new Tensor(changed(shape), values))
      }
      return [`${name} ${what}`, change]
    }),
    ...Object.entries(filled).flatMap(([label, value]): Change[] => [
      [`${name} is all ${label}`, ({ weights }) => weights.set(name, new Tensor(at(weights, name).shape, [value]))],
      [
        `${name} begins with ${label}`,
        ({ weights }) => {
          const { shape, values } = at(weights, name)
          weights.set(name, new Tensor(shape, [value, ...Array.from(values).slice(1)]))
        }
      ]
    ]),
    ...dtypes.map((dtype): Change => {
      const change = ({ weights }: Draft): void => {
        const { shape, values } = at(weights, name)
        weights.set(name, new Tensor(shape, values, dtype))
      }
      return [`${name} as ${dtype}`, change]
    })
  ])
}

const wrongValues: readonly Saved[] = [
  ...[null, true, 'abc', '', '3', -1, 0, 1, 2, 3, 5, 7, 16, 1000, 1.5, 2 ** 31 - 1, 2 ** 31, 2 ** 53, 1e300, -1e-9],
  ...[NaN, Infinity, [], [0], [-1], [2, 2], ['a'], [[1]], [[]], [1e300], {}, { a: 1 }],
  new Array<number>(40).fill(1)
]

type Path = readonly (string | number)[]

function changedConfigs(part: Part): Change[] {
  const whole = draftOf(part).config
  const changes = pathsOf(whole).flatMap((path): Change[] => {
    const name = `config${path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('')}`
    const set = (value: Saved): Change => [
      `${name} is ${show(value)}`,
      (draft) => (draft.config = replaced(draft.config, path, value))
    ]
    const without: Change = [`without ${name}`, (draft) => (draft.config = replaced(draft.config, path, undefined))]
    const list = at(whole, path)
    const lists = Array.isArray(list)
      ? [list.slice(1), [...(list as Saved[]), ...(list as Saved[]).slice(-1)], [...(list as Saved[])].reverse()]
      : []
    return [...wrongValues, ...lists].map(set).concat(path.length > 0 ? [without] : [])
  })
  return part === 'speaker' || part === 'hifigan' ? [] : changes // these have no config
}

const show = (value: Saved): string =>
  typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? '').slice(0, 40)

function pathsOf(value: Saved, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  const keys = Array.isArray(value) ? value.map((_, i) => i) : Object.keys(value)
  return [path, ...keys.flatMap((key) => pathsOf(at(value, [key]) as Saved, [...path, key]))]
}

const at = (value: Saved, path: Path): unknown =>
  path.reduce<unknown>((node, key) => (node as Record<string | number, unknown>)[key], value)

function replaced(node: Saved, [key, ...rest]: Path, value: Saved | undefined): Saved {
  if (key === undefined) return value ?? null
  const isList = Array.isArray(node)
  const entries = Object.entries(node as object) as [string, Saved][]
  const changed = entries.flatMap(([name, each]): [string, Saved][] => {
    if (name !== String(key)) return [[name, each]]
    if (rest.length === 0 && value === undefined) return []
    return [[name, replaced(each, rest, value)]]
  })
  return isList ? changed.map(([, each]) => each) : Object.fromEntries(changed)
}

/** Networks of other sizes, whole and in themselves right: each must speak, or the field that decides must be named. */
function otherSizes(part: Part): Mutation[] {
  if (part === 'lora') return []
  const network: Network = networks[part]
  const specification = specificationOf(network)
  const rows = [...specification.attributes, ...specification.dims]
  const flags = specification.attributes.filter(({ type }) => type === 'bool').map(({ name }) => name)
  const sizes = [...scopeOf(network, specification)].filter(
    ([name, size]) => size !== undefined && !flags.includes(name)
  )
  return sizes.flatMap(([name, size]) =>
    othersOf(size).map((other): Mutation => {
      const draft = (): Draft => {
        const scope = scopeOf(network, specification).set(name, other as number)
        const from = rows.find((row) => row.name === name)?.from
        const config = network.config as Saved
        const changed = from === undefined ? config : replaced(config, from.split('.'), other as Saved)
        return { config: changed, weights: weightsOf(network, specification, scope) }
      }
      return { part, name: `a network whose ${name} is ${JSON.stringify(other)}`, draft }
    })
  )
}

type Size = number | readonly number[] | readonly (readonly number[])[]

function othersOf(size: Size): Size[] {
  if (typeof size === 'number') {
    const others = [1, 2, 3, 5, 7, 8, 33, 64, 128, size - 1, size + 1, 2 * size]
    return [...new Set(others)].filter((other) => other !== size && other > 0 && Number.isInteger(other))
  }
  const list = size as readonly Size[]
  const elements = list.flatMap((element, i) => othersOf(element).map((other) => list.with(i, other)))
  return [...elements, list.slice(0, -1), [...list, ...list.slice(-1)]] as Size[]
}
