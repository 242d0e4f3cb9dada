import type { Static, TObject, TSchema } from '@sinclair/typebox'

/** An entry of FastAPI's 422 answer. */
export interface FieldError {
  readonly type: string
  readonly loc: readonly (string | number)[]
  readonly msg: string
  readonly input: unknown
  readonly ctx?: unknown
}

type Read = { readonly value: unknown } | { readonly type: string; readonly msg: string }

const TRUE = new Set(['1', 'on', 't', 'true', 'y', 'yes'])
const FALSE = new Set(['0', 'off', 'f', 'false', 'n', 'no'])

// The conversions that pydantic 2 makes in its lax mode, and the sentences with which it refuses.
const readers: Readonly<Record<string, (value: unknown) => Read>> = {
  boolean: (value) => {
    const plain = typeof value === 'string' ? value.toLowerCase() : value
    if (plain === true || plain === 1 || TRUE.has(plain as string)) return { value: true }
    if (plain === false || plain === 0 || FALSE.has(plain as string)) return { value: false }
    if (typeof value === 'string' || Number.isInteger(value)) {
      return { type: 'bool_parsing', msg: 'Input should be a valid boolean, unable to interpret input' }
    }
    return { type: 'bool_type', msg: 'Input should be a valid boolean' }
  },
  integer: (value) => {
    if (typeof value === 'boolean') return { value: Number(value) }
    if (typeof value === 'string') {
      if (/^\s*[+-]?\d+(\.0*)?\s*$/.test(value)) return { value: Math.trunc(Number(value)) }
      return { type: 'int_parsing', msg: 'Input should be a valid integer, unable to parse string as an integer' }
    }
    if (Number.isInteger(value)) return { value }
    if (typeof value !== 'number') return { type: 'int_type', msg: 'Input should be a valid integer' }
    return { type: 'int_from_float', msg: 'Input should be a valid integer, got a number with a fractional part' }
  },
  number: (value) => {
    if (typeof value === 'boolean') return { value: Number(value) }
    if (typeof value === 'number') return { value }
    if (typeof value !== 'string') return { type: 'float_type', msg: 'Input should be a valid number' }
    const isNumber = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(value)
    if (isNumber) return { value: Number(value) }
    return { type: 'float_parsing', msg: 'Input should be a valid number, unable to parse string as a number' }
  },
  string: (value) =>
    typeof value === 'string' ? { value } : { type: 'string_type', msg: 'Input should be a valid string' },
  array: (value) => (Array.isArray(value) ? { value } : { type: 'list_type', msg: 'Input should be a valid list' })
}

const shortNames: Readonly<Record<string, string>> = { boolean: 'bool', integer: 'int' }

/** Reads the fields of a schema as FastAPI would, with every error that it would tell. Unknown keys are ignored. */
export function readLax<T extends TObject>(
  schema: T,
  source: Readonly<Record<string, unknown>>,
  where: 'body' | 'query'
): { readonly value: Static<T>; readonly errors: readonly FieldError[] } {
  const value: Record<string, unknown> = {}
  const errors: FieldError[] = []
  for (const [name, field] of Object.entries(schema.properties)) {
    const input = Object.hasOwn(source, name) ? source[name] : undefined
    if (input === undefined || input === null) value[name] = field.default
    else value[name] = readField(field, input, [where, name], errors)
  }
  return { value: value as Static<T>, errors }
}

function readField(field: TSchema, input: unknown, loc: readonly string[], errors: FieldError[]): unknown {
  const members = field['anyOf'] as TSchema[] | undefined
  const kinds = members?.map((member) => String(member['type'])) ?? [String(field['type'])]
  const exact = kinds.find((kind) => isExactly(kind, input))
  const refused: FieldError[] = []
  for (const kind of exact ? [exact] : kinds) {
    const read = (readers[kind] as (value: unknown) => Read)(input)
    if ('value' in read) return read.value
    const at = members ? [...loc, shortNames[kind] ?? kind] : loc
    refused.push({ type: read.type, loc: at, msg: read.msg, input })
  }
  errors.push(...refused)
  return undefined
}

function isExactly(kind: string, input: unknown): boolean {
  return kind === 'integer' ? Number.isInteger(input) : typeof input === kind
}

// What Python's parser says, for each thing that V8's does.
const jsonErrors: readonly (readonly [RegExp, string])[] = [
  [/property name/i, 'Expecting property name enclosed in double quotes'],
  [/Expected ':'/, "Expecting ':' delimiter"],
  [/Expected ','|after array element|after property value/, "Expecting ',' delimiter"],
  [/Unterminated string/i, 'Unterminated string starting at'],
  [/Bad control character/, 'Invalid control character at'],
  [/escape/i, 'Invalid \\escape'],
  [/after JSON/, 'Extra data']
]

/** FastAPI's answer to a body that is not JSON; `reason` is V8's sentence. */
export function invalidJson(reason: string): FieldError {
  const error = jsonErrors.find(([pattern]) => pattern.test(reason))?.[1] ?? 'Expecting value'
  const position = Number(/position (\d+)/.exec(reason)?.[1] ?? 0)
  return { type: 'json_invalid', loc: ['body', position], msg: 'JSON decode error', input: {}, ctx: { error } }
}

/** FastAPI's answer to a body that is missing or no object. */
export function wrongBody(value: unknown): FieldError {
  if (value === undefined) return { type: 'missing', loc: ['body'], msg: 'Field required', input: null }
  const msg = 'Input should be a valid dictionary or object to extract fields from'
  return { type: 'model_attributes_type', loc: ['body'], msg, input: value }
}
