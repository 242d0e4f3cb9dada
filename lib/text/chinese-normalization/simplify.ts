import { Tables } from '../tables.js'

/** Characters of the Basic Multilingual Plane; the tables map none above it. */
const planeSize = 0x10000
/** Full-width letters and digits stand this far above their ASCII ones. */
const fullWidthOffset = 0xfee0

function characterMap(): Uint16Array {
  const map = new Uint16Array(planeSize).map((_, code) => code)
  for (const [first, last] of ['09', 'AZ', 'az']) {
    for (let code = first!.charCodeAt(0); code <= last!.charCodeAt(0); code++) map[code + fullWidthOffset] = code
  }
  const tables = new Tables('zh/simplified.bin.br')
  const to = tables.list('to')
  tables.list('from').forEach((char, index) => (map[char.charCodeAt(0)] = to[index]!.charCodeAt(0)))
  return map
}

/** Makes the mapping from traditional to simplified characters and from full-width letters and digits to ASCII. */
export function loadSimplifier(): (text: string) => string {
  const map = characterMap()
  return (text) => {
    let simplified = ''
    let copied = 0
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index)
      if (map[code] === code) continue
      simplified += text.slice(copied, index) + String.fromCharCode(map[code]!)
      copied = index + 1
    }
    return copied === 0 ? text : simplified + text.slice(copied)
  }
}
