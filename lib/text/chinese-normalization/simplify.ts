import { Tables } from '../tables.js'

/** Characters of the Basic Multilingual Plane; the tables map none above it. */
const planeSize = 0x10000
/** Full-width letters and digits stand this far above their ASCII ones. */
const fullWidthOffset = 0xfee0

/** Replaces single characters of the Basic Multilingual Plane by others. */
export class CharacterMap {
  readonly #codes = new Uint16Array(planeSize).map((_, code) => code)

  constructor(pairs: Iterable<readonly [from: string, to: string]>) {
    for (const [from, to] of pairs) this.#codes[from.charCodeAt(0)] = to.charCodeAt(0)
  }

  /** This map, and another on what it gives. */
  then(next: CharacterMap): CharacterMap {
    const both = new CharacterMap([])
    this.#codes.forEach((code, from) => (both.#codes[from] = next.#codes[code]!))
    return both
  }

  replace(text: string): string {
    const codes = this.#codes
    let replaced = ''
    let copied = 0
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index)
      if (codes[code] === code) continue
      replaced += text.slice(copied, index) + String.fromCharCode(codes[code]!)
      copied = index + 1
    }
    return copied === 0 ? text : replaced + text.slice(copied)
  }
}

/** From traditional to simplified characters, and from full-width letters and digits to ASCII. */
export function simplifiedCharacters(): CharacterMap {
  const pairs: [from: string, to: string][] = []
  for (const [first, last] of ['09', 'AZ', 'az']) {
    for (let code = first!.charCodeAt(0); code <= last!.charCodeAt(0); code++) {
      pairs.push([String.fromCharCode(code + fullWidthOffset), String.fromCharCode(code)])
    }
  }
  const tables = new Tables('zh/simplified.bin.br')
  const to = tables.list('to')
  tables.list('from').forEach((char, index) => pairs.push([char, to[index]!]))
  return new CharacterMap(pairs)
}

export function loadSimplifier(): (text: string) => string {
  const simplified = simplifiedCharacters()
  return (text) => simplified.replace(text)
}
