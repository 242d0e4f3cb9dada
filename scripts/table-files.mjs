// What the two packing scripts share: reading raw tables, and writing columns in the container of lib/text/tables.ts.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gunzipSync } from 'node:zlib'

const target = join(dirname(fileURLToPath(import.meta.url)), '..', 'lib', 'text', 'data')

/** The folder of raw tables that the command line names. */
export function sourceFolder(usage) {
  const [, , source] = process.argv
  if (source) return source
  console.error(`usage: ${usage}`)
  process.exit(2)
}

/** Content of a raw table, unpacked when its name ends in `.gz`. */
export function readRaw(path) {
  const bytes = readFileSync(path)
  return path.endsWith('.gz') ? gunzipSync(bytes) : bytes
}

/** Puts a file into lib/text/data as it is. */
export function writeFile(name, bytes) {
  const path = join(target, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, bytes)
}

/** Columns of bytes and lists of strings as one file, packed when its name ends in `.br`. */
export function writeTables(name, columns, lists = {}) {
  const sections = {}
  let offset = 0
  for (const [key, bytes] of Object.entries(columns)) {
    sections[key] = [offset, bytes.length]
    offset += bytes.length
  }
  const header = Buffer.from(JSON.stringify({ sections, lists }))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(header.length)
  const bytes = Buffer.concat([length, header, ...Object.values(columns)])
  const packed = name.endsWith('.br') ? brotli(bytes) : bytes
  writeFile(name, packed)
  console.log(`${name}: ${packed.length} bytes, ${bytes.length} unpacked`)
}

function brotli(bytes) {
  return brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: 24,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length
    }
  })
}

/** Numbers by byte planes, lowest first: like bytes side by side compress well. As few planes as the greatest needs. */
export function planes(numbers, least = 1) {
  const count = numbers.length
  let size = least
  while (numbers.some((number) => number >= 256 ** size)) size++
  const bytes = Buffer.alloc(size * count)
  numbers.forEach((number, index) => {
    for (let plane = 0; plane < size; plane++) bytes[plane * count + index] = Math.floor(number / 256 ** plane) % 256
  })
  return bytes
}
