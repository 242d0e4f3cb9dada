/**
 * A value that is there, or will be. Once tables are loaded text is read at once: a promise for each step of each piece
 * would cost as much as a short piece does.
 */
export type Later<Value> = Value | Promise<Value>

export function whenThere<Value, Result>(value: Later<Value>, use: (value: Value) => Later<Result>): Later<Result> {
  return value instanceof Promise ? value.then(use) : use(value)
}

/** Results of one item after the other. */
export function inTurn<Item, Result>(items: readonly Item[], read: (item: Item) => Later<Result>): Later<Result[]> {
  const results: Result[] = []
  for (let index = 0; index < items.length; index++) {
    const result = read(items[index]!)
    if (result instanceof Promise) return finish(results, result, items.slice(index + 1), read)
    results.push(result)
  }
  return results
}

async function finish<Item, Result>(
  results: Result[],
  next: Promise<Result>,
  rest: readonly Item[],
  read: (item: Item) => Later<Result>
): Promise<Result[]> {
  results.push(await next)
  for (const item of rest) results.push(await read(item))
  return results
}
