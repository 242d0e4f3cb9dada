import { isAbsolute, normalize, sep } from 'node:path'
import { audioFormats, formatOfFile, isAudioFormat, type AudioFormat } from '../../audio/index.js'
import { OptionTypeError } from '../../errors.js'
import { resolveSynthesisOptions, type SynthesisOptions } from '../../options.js'
import type { ReferenceInput } from '../../types.js'

/** One row of a batch, checked. */
export interface Job {
  /** Line of the file, from 1. */
  readonly line: number
  readonly text: string
  /** Relative to the folder that is written to. */
  readonly out: string
  readonly format: AudioFormat
  /** What the row says of the recording; the command line says the rest. */
  readonly reference: Partial<ReferenceInput>
  readonly options: SynthesisOptions
}

/** A row as it was read: CSV has text alone, JSON Lines any value. */
export interface Row {
  readonly line: number
  readonly fields: Readonly<Record<string, unknown>>
}

const numbers = ['speed', 'topK', 'topP', 'temperature', 'repetitionPenalty', 'seed', 'pause', 'maxTokens'] as const
const texts = ['text', 'out', 'format', 'language', 'cut', 'ref', 'refText', 'refLanguage'] as const
const names: readonly string[] = [...numbers, ...texts]
const DIGITS = 5

/**
 * Checks a row; an empty cell is as if it were not there.
 * @throws {OptionTypeError | OptionRangeError} naming the line and the field.
 */
export function jobOf({ line, fields }: Row, standard: AudioFormat): Job {
  const row = new Fields(line, fields)
  const text = row.text('text')
  if (text === undefined) throw row.wrong('text is missing')
  const { out, format } = row.output(standard)
  const [audio, said, language] = [row.text('ref'), row.text('refText'), row.text('refLanguage')]
  const reference = {
    ...(audio !== undefined && { audio }),
    ...(said !== undefined && { text: said }),
    ...(language !== undefined && { language: language as ReferenceInput['language'] })
  }
  return { line, text, out, format, reference, options: row.options() }
}

class Fields {
  readonly #values: ReadonlyMap<string, unknown>

  constructor(
    private readonly line: number,
    fields: Row['fields']
  ) {
    const given = Object.entries(fields).filter(([, value]) => value !== '' && value !== null)
    this.#values = new Map(given.map(([name, value]) => [camelCase(name), value]))
    for (const name of this.#values.keys()) {
      if (!names.includes(name)) throw this.wrong(`unknown field '${name}'; known: ${names.join(', ')}`)
    }
  }

  text(name: (typeof texts)[number]): string | undefined {
    const value = this.#values.get(name)
    if (value === undefined || typeof value === 'string') return value
    throw this.wrong(`${name} is ${JSON.stringify(value)}; it must be text`)
  }

  options(): SynthesisOptions {
    const given = numbers.flatMap((name) => {
      const value = this.#values.get(name)
      return value === undefined ? [] : [[name, typeof value === 'string' ? Number(value) : value]]
    })
    const [language, cut] = [this.text('language'), this.text('cut')]
    const options = {
      ...Object.fromEntries(given),
      ...(language && { language }),
      ...(cut && { cut })
    } as SynthesisOptions
    try {
      resolveSynthesisOptions(options)
    } catch (error) {
      const { message } = error as Error
      ;(error as Error).message = `line ${this.line}: ${message}`
      throw error
    }
    return options
  }

  output(standard: AudioFormat): { out: string; format: AudioFormat } {
    const format = this.text('format')
    if (format !== undefined && !isAudioFormat(format)) {
      throw this.wrong(`format is '${format}'; it can be ${Object.keys(audioFormats).join(', ')}`)
    }
    const chosen = format ?? standard
    const extension = audioFormats[chosen].extensions[0] as string
    const out = normalize(this.text('out') ?? `${String(this.line).padStart(DIGITS, '0')}.${extension}`)
    if (isAbsolute(out) || out.split(sep).includes('..')) throw this.wrong(`out is '${out}', outside the folder`)
    return { out, format: this.text('out') === undefined || format !== undefined ? chosen : formatOfFile(out) }
  }

  wrong(message: string): OptionTypeError {
    return new OptionTypeError(`line ${this.line}: ${message}`)
  }
}

// Tables are written with ref_text as often as with refText.
function camelCase(name: string): string {
  return name.trim().replaceAll(/[_-]([a-zA-Z])/g, (_whole, letter: string) => letter.toUpperCase())
}
