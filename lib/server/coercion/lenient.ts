import type { Static, TObject, TSchema } from '@sinclair/typebox'
import { RequestError } from '../failure.js'

// The rules of py-gpt-tts-server: any alias, values as strings, percent signs, words for yes.
const YES = new Set(['true', '1', 't', 'y', 'yes', 'allow', 'allowed'])

/** A field of the character dialect: a JSON schema with the other names it goes by. */
export type AliasedSchema = TSchema & { readonly aliases?: readonly string[] }

/**
 * Reads the fields of a schema out of a query or a JSON object; unknown keys are ignored, null counts as absent.
 * @throws {RequestError} naming the field and what would be right.
 */
export function readAliased<T extends TObject>(schema: T, source: Readonly<Record<string, unknown>>): Static<T> {
  const entries = Object.entries(schema.properties as Record<string, AliasedSchema>).map(([name, field]) => {
    const given = firstOf([name, ...(field.aliases ?? [])], source)
    return [name, given === undefined ? (field.default as unknown) : coerce(name, field, given)]
  })
  return Object.fromEntries(entries) as Static<T>
}

function firstOf(names: readonly string[], source: Readonly<Record<string, unknown>>): unknown {
  const name = names.find((each) => Object.hasOwn(source, each) && source[each] !== null)
  return name === undefined ? undefined : source[name]
}

function coerce(name: string, field: AliasedSchema, value: unknown): unknown {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
    throw new RequestError(400, `${name} must be a ${String(field['type'])}`)
  }
  const text = typeof value === 'string' ? percentDecoded(value) : String(value)
  switch (field['type']) {
    case 'boolean':
      return YES.has(text.trim().toLowerCase())
    case 'integer':
      return integer(name, value, text)
    case 'number':
      return number(name, value, text)
    default:
      return text
  }
}

function integer(name: string, value: unknown, text: string): number {
  if (typeof value === 'boolean') return Number(value)
  const read = typeof value === 'number' ? Math.trunc(value) : /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : NaN
  if (Number.isSafeInteger(read)) return read
  throw new RequestError(400, `${name} is ${quoted(text)}; it must be an integer`)
}

function number(name: string, value: unknown, text: string): number {
  if (typeof value === 'boolean') return Number(value)
  const percent = /^\s*(.*?)\s*%\s*$/.exec(text)
  const digits = percent?.[1] ?? text
  const read = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(digits) ? Number(digits) : NaN
  if (Number.isFinite(read)) return percent ? read / 100 : read
  throw new RequestError(400, `${name} is ${quoted(text)}; it must be a number`)
}

const quoted = (text: string): string => JSON.stringify(text.slice(0, 80))

/** Decodes `%XX` once; an escape that is none stays as it is, and bytes that are no UTF-8 become U+FFFD. */
export function percentDecoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'))
}
