/** What an expression of a blueprint specification may refer to. */
export type Scope = ReadonlyMap<string, number | readonly number[] | readonly (readonly number[])[]>

/** A name or element that the scope does not have: a size which the tensor itself decides. */
export class Unbound extends Error {
  constructor(readonly key: string) {
    super(`${key} has no value`)
  }
}

/**
 * Evaluates the integer expressions of `models/blueprints/*.json`: numbers, names, `name[index]`, `len(name)`,
 * `+ - * / %` and brackets; `/` rounds down. The source is our own, so a mistake in it is a fault, not an input error.
 */
export function evaluate(source: string, scope: Scope): number {
  const tokens = source.match(/\d+|[A-Za-z_]\w*|[-+*/%()[\]]/g) ?? []
  let at = 0
  const peek = (): string | undefined => tokens[at]
  const take = (expected?: string): string => {
    const token = tokens[at++]
    if (token === undefined || (expected !== undefined && token !== expected))
      throw new Error(`bad expression: ${source}`)
    return token
  }

  const named = (name: string): number => {
    if (name === 'len') {
      take('(')
      const list = scope.get(take())
      take(')')
      if (!Array.isArray(list)) throw new Error(`bad expression: ${source}`)
      return list.length
    }
    const value = scope.get(name)
    if (peek() !== '[') {
      if (typeof value !== 'number') throw new Unbound(name)
      return value
    }
    take('[')
    const index = sum()
    take(']')
    const element = Array.isArray(value) ? (value[index] as unknown) : scope.get(`${name}[${index}]`)
    if (typeof element !== 'number') throw new Unbound(`${name}[${index}]`)
    return element
  }

  const factor = (): number => {
    const token = take()
    if (token === '(') {
      const inner = sum()
      take(')')
      return inner
    }
    return /^\d/.test(token) ? Number(token) : named(token)
  }

  const product = (): number => {
    let value = factor()
    for (let operator = peek(); operator === '*' || operator === '/' || operator === '%'; operator = peek()) {
      take()
      const right = factor()
      value = operator === '*' ? value * right : operator === '/' ? Math.floor(value / right) : value % right
    }
    return value
  }

  const sum = (): number => {
    let value = product()
    for (let operator = peek(); operator === '+' || operator === '-'; operator = peek()) {
      take()
      value = operator === '+' ? value + product() : value - product()
    }
    return value
  }

  const value = sum()
  if (at !== tokens.length) throw new Error(`bad expression: ${source}`)
  return value
}
