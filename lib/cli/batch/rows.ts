import { readFile } from 'node:fs/promises'
import { parse } from 'csv-parse/sync'
import { FileError, OptionTypeError } from '../../errors.js'
import type { Row } from './job.js'

/**
 * The rows of a table: CSV whose first line names the fields, or JSON Lines (.jsonl, .ndjson).
 * @throws {FileError | OptionTypeError} naming the file, and the line.
 */
export async function readRows(path: string): Promise<Row[]> {
  const content = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new FileError(`${path} cannot be read: ${cause.message}`, { cause })
  })
  const text = content.replace(/^\ufeff/, '')
  return /\.(jsonl|ndjson)$/i.test(path) ? jsonRows(text) : csvRows(text, path)
}

function jsonRows(text: string): Row[] {
  return text.split('\n').flatMap((written, index) => {
    if (written.trim() === '') return []
    const line = index + 1
    let fields: unknown
    try {
      fields = JSON.parse(written)
    } catch (cause) {
      throw new OptionTypeError(`line ${line}: not JSON: ${(cause as Error).message}`)
    }
    if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
      throw new OptionTypeError(`line ${line}: expected an object`)
    }
    return [{ line, fields: fields as Row['fields'] }]
  })
}

function csvRows(text: string, path: string): Row[] {
  const delimiter = /\.tsv$/i.test(path) ? '\t' : ','
  try {
    const options = { columns: true, info: true, skip_empty_lines: true, relax_column_count: false, delimiter } as const
    const records = parse(text, options) as unknown as { record: Row['fields']; info: { lines: number } }[]
    return records.map(({ record, info }) => ({ line: info.lines, fields: record }))
  } catch (cause) {
    throw new OptionTypeError(`${path} is no table: ${(cause as Error).message}`)
  }
}
