import type { Attribute, AttributeValue, FillTensor } from '../../binding.js'
import { ModelMismatchError, UnsupportedConfigError } from '../errors.js'
import { evaluate, Unbound } from './expression.js'
import type { TensorInfo } from './inspect.js'
import type { MergedTensor } from './lora.js'
import type { AttributeRule, CountRule, Specification, TensorRule } from './specification.js'

type AnyTensor = TensorInfo | MergedTensor
type ScopeValue = number | readonly number[] | readonly (readonly number[])[]

/** What a blueprint is filled with. */
export interface Resolved {
  readonly tensors: readonly FillTensor[]
  readonly attributes: readonly Attribute[]
}

/**
 * Matches a checkpoint with a blueprint's specification: every size comes from the config, else from the first tensor that
 * shows it, and all tensors must agree.
 * @throws {UnsupportedConfigError} naming the config's field. @throws {ModelMismatchError} naming the tensor and both shapes.
 */
export function resolve(specification: Specification, config: unknown, tensors: readonly AnyTensor[]): Resolved {
  const scope = new Map<string, ScopeValue>()
  const named = new Map(tensors.map((tensor) => [moduleName(tensor.name, specification), tensor]))
  const attributes = specification.attributes.map((rule) => readAttribute(rule, config, scope))
  attributes.push(...specification.counts.map((rule) => countLayers(rule, named, scope)))
  for (const { from, equals } of specification.requires) {
    const value = lookUp(config, from)
    if (value !== undefined && value !== equals)
      throw unsupported(from, value, `${JSON.stringify(equals)} is supported`)
  }
  const expressions = JSON.stringify([specification.tensors, specification.checks])
  for (const { name, from, default: fallback } of specification.dims) {
    const value = lookUp(config, from) ?? fallback
    const isList = new RegExp(`\\b${name}\\[|len\\(${name}\\)`).test(expressions)
    if (value !== undefined) scope.set(name, sizes(value, from, isList))
  }
  // What the config alone decides comes first: its field says more than the tensor that would not fit. The rest is known
  // only when the tensors have told their sizes.
  const check = (): void => {
    for (const { zero, from } of specification.checks) checkZero(zero, from, config, scope)
  }
  check()
  const matched = matchTensors(specification, scope, named)
  check()
  return { attributes, tensors: matched }
}

function lookUp(config: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((node, key) => {
    return typeof node === 'object' && node !== null && Object.hasOwn(node, key)
      ? (node as Record<string, unknown>)[key]
      : undefined
  }, config)
}

function unsupported(field: string, value: unknown, needed: string): UnsupportedConfigError {
  return new UnsupportedConfigError(`config.${field} is ${JSON.stringify(value)}; ${needed}`)
}

function sizes(value: unknown, field: string, isList: boolean): ScopeValue {
  const isSize = (item: unknown): item is number => Number.isSafeInteger(item) && (item as number) > 0
  if (isList ? Array.isArray(value) && value.every(isSize) : isSize(value)) return value as ScopeValue
  throw unsupported(field, value, isList ? 'it must be a list of positive integers' : 'it must be a positive integer')
}

function readAttribute(rule: AttributeRule, config: unknown, scope: Map<string, ScopeValue>): Attribute {
  const found = lookUp(config, rule.from) ?? rule.default
  if (found === undefined) throw new UnsupportedConfigError(`config.${rule.from} is missing`)
  if (rule.type === 'bool') {
    const value = rule.equals === undefined ? found === true : found === rule.equals
    scope.set(rule.name, value ? 1 : 0)
    return { name: rule.name, type: 'bool', value }
  }
  const value = checkedNumbers(rule, found, scope)
  if (rule.type !== 'float') scope.set(rule.name, value as ScopeValue)
  return { name: rule.name, type: rule.type, value }
}

function countLayers(
  { name, tensor, maximum }: CountRule,
  named: ReadonlyMap<string, unknown>,
  scope: Map<string, ScopeValue>
): Attribute {
  let count = 0
  while (named.has(tensor.replace('{}', String(count)))) count++
  if (count < 1 || count > maximum) {
    throw new ModelMismatchError(`the file has ${count} of ${tensor}; 1 to ${maximum} are supported`)
  }
  scope.set(name, count)
  return { name, type: 'int', value: count }
}

const depths = { int: 0, float: 0, 'int[]': 1, 'int[][]': 2 } as const

function checkedNumbers(rule: AttributeRule, found: unknown, scope: Map<string, ScopeValue>): AttributeValue {
  const { from, minimum, maximum, type } = rule
  const range = [minimum === undefined ? '' : ` from ${minimum}`, maximum === undefined ? '' : ` to ${maximum}`].join(
    ''
  )
  const isNumber = (item: unknown): boolean =>
    typeof item === 'number' &&
    (type === 'float' ? Number.isFinite(item) : Number.isSafeInteger(item)) &&
    item >= (minimum ?? -Infinity) &&
    item <= (maximum ?? Infinity)
  const fits = (item: unknown, depth: number): boolean =>
    depth === 0 ? isNumber(item) : Array.isArray(item) && item.every((inner) => fits(inner, depth - 1))
  const depth = depths[type as keyof typeof depths]
  if (!fits(found, depth)) {
    throw unsupported(from, found, `it must be ${['a number', 'a list of integers', 'a list of lists'][depth]}${range}`)
  }
  if (Array.isArray(found)) {
    if (found.length === 0 || found.length > (rule.max_length ?? Infinity)) {
      throw unsupported(from, found, `it must have 1 to ${rule.max_length} elements`)
    }
    const least = rule.min_inner_length === undefined ? 0 : evaluate(rule.min_inner_length, scope)
    if (depth === 2 && found.some((inner: unknown[]) => inner.length < least)) {
      throw unsupported(from, found, `each list must have ${least} elements or more`)
    }
  }
  return found as AttributeValue
}

function checkZero(expression: string, field: string, config: unknown, scope: Map<string, ScopeValue>): void {
  try {
    if (evaluate(expression, scope) === 0) return
  } catch (error) {
    if (error instanceof Unbound) return // a size that the tensors decide, or an element that the list does not have
    throw error
  }
  throw unsupported(field, lookUp(config, field), `it does not go with the other sizes (${expression} must be 0)`)
}

function matchTensors(
  specification: Specification,
  scope: Map<string, ScopeValue>,
  named: ReadonlyMap<string, AnyTensor>
): FillTensor[] {
  const unused = new Map(named)
  const take = (name: string): AnyTensor | undefined => {
    const tensor = unused.get(name)
    unused.delete(name)
    return tensor
  }
  const filled: FillTensor[] = []
  for (const rule of specification.tensors) {
    eachOf(rule, 0, scope, (name) => {
      const source = findSource(name, specification, take)
      if (!source) throw new ModelMismatchError(`${name} is missing`)
      checkShape(source.tensor, rule, scope)
      checkMagnitude(source, specification.weight_norm?.dim ?? 0)
      filled.push({
        name,
        ...originOf(source),
        shape: source.tensor.shape,
        weightNormDim: specification.weight_norm?.dim ?? 0
      })
    })
  }
  const ignored = specification.ignore.map(pattern)
  const extra = [...unused.keys()].filter((name) => !ignored.some((test) => test(name)))
  if (extra.length > 0) {
    const more = extra.length > 1 ? ` and ${extra.length - 1} more` : ''
    throw new ModelMismatchError(
      `${extra[0]}${more} in the file ${extra.length > 1 ? 'are' : 'is'} not of this network`
    )
  }
  return filled
}

/** Where a tensor and, with weight norm, its magnitude are read. */
function originOf({ tensor, magnitude }: { tensor: AnyTensor; magnitude?: AnyTensor }) {
  const stored = (of: AnyTensor): string => ('stored' in of ? of.stored : of.name)
  const inBase = (of: AnyTensor): boolean => 'inBase' in of && of.inBase
  if (magnitude && inBase(magnitude) !== inBase(tensor)) {
    throw new ModelMismatchError(`${magnitude.name} and ${tensor.name} are not in one file`)
  }
  const added = 'added' in tensor ? tensor.added : undefined
  return {
    source: stored(tensor),
    magnitude: magnitude ? stored(magnitude) : '',
    inBase: inBase(tensor),
    down: added?.down ?? '',
    up: added?.up ?? ''
  }
}

function moduleName(name: string, { rename }: Specification): string {
  const prefix = rename.prefixes.find((candidate) => name.startsWith(candidate)) ?? ''
  const stripped = name.slice(prefix.length)
  const suffix = rename.suffixes.find((candidate) => stripped.endsWith(candidate.from))
  return suffix ? stripped.slice(0, stripped.length - suffix.from.length) + suffix.to : stripped
}

function findSource(name: string, { weight_norm }: Specification, take: (name: string) => AnyTensor | undefined) {
  const plain = take(name)
  if (plain) return { tensor: plain }
  if (!weight_norm || !name.endsWith('.weight')) return undefined
  const base = name.slice(0, -'weight'.length)
  for (const [magnitudeName, directionName] of weight_norm.pairs) {
    const tensor = take(base + directionName)
    const magnitude = tensor && take(base + magnitudeName)
    if (tensor && !magnitude) throw new ModelMismatchError(`${base}${magnitudeName} is missing`)
    if (tensor) return { tensor, magnitude }
  }
  return undefined
}

/** Calls `visit` with the name of each tensor that a rule stands for; the loops' indices are in the scope meanwhile. */
function eachOf(rule: TensorRule, depth: number, scope: Map<string, ScopeValue>, visit: (name: string) => void): void {
  const loop = rule.loops[depth]
  if (!loop) {
    visit(rule.name.replaceAll(/\{([^}]*)\}/g, (_, expression: string) => String(evaluate(expression, scope))))
    return
  }
  const end = evaluate(loop.end, scope)
  for (let index = evaluate(loop.start, scope); index < end; index++) {
    scope.set(loop.index, index)
    eachOf(rule, depth + 1, scope, visit)
  }
  scope.delete(loop.index)
}

function checkShape(tensor: TensorInfo, rule: TensorRule, scope: Map<string, ScopeValue>): void {
  const refused = (needed: readonly (number | string | undefined)[]): ModelMismatchError => {
    const show = (shape: readonly (number | string | undefined)[]): string => `[${shape.join(', ')}]`
    return new ModelMismatchError(`${tensor.name} is ${show(tensor.shape)}, this network needs ${show(needed)}`)
  }
  if (tensor.shape.length !== rule.shape.length) throw refused(rule.shape.map((each) => knownSize(each, scope)))
  const needed = rule.shape.map((expression, dim) => sizeOf(expression, tensor.shape[dim], scope))
  if (needed.some((size, dim) => size !== tensor.shape[dim])) throw refused(needed)
}

/** A direction's norms lie along one dimension. */
function checkMagnitude({ tensor, magnitude }: { tensor: TensorInfo; magnitude?: TensorInfo }, dim: number): void {
  if (!magnitude) return
  const needed = tensor.shape.map((size, at) => (at === dim ? size : 1))
  if (needed.length === magnitude.shape.length && needed.every((size, at) => size === magnitude.shape[at])) return
  throw new ModelMismatchError(
    `${magnitude.name} is [${magnitude.shape.join(', ')}], its direction ${tensor.name} needs [${needed.join(', ')}]`
  )
}

// The expression itself where it is of a size that nothing has told yet.
function knownSize(expression: string, scope: Map<string, ScopeValue>): number | string {
  try {
    return evaluate(expression, scope)
  } catch (error) {
    if (error instanceof Unbound) return expression
    throw error
  }
}

// A size that nothing has told yet is what this tensor has; later tensors must agree.
function sizeOf(expression: string, actual: number | undefined, scope: Map<string, ScopeValue>): number | undefined {
  try {
    return evaluate(expression, scope)
  } catch (error) {
    const bare = /^[A-Za-z_]\w*(\[.*\])?$/.test(expression)
    if (!(error instanceof Unbound) || !bare || actual === undefined) throw error
    scope.set(error.key, actual)
    return actual
  }
}

function pattern(glob: string): (name: string) => boolean {
  const star = glob.indexOf('*')
  if (star < 0) return (name) => name === glob
  const [head, tail] = [glob.slice(0, star), glob.slice(star + 1)]
  return (name) => name.length >= head.length + tail.length && name.startsWith(head) && name.endsWith(tail)
}
