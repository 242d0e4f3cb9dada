import { SaxesParser } from 'saxes'
import { OptionTypeError, SsmlError } from '../errors.js'
import type { SpokenLanguage } from '../text/index.js'
import { type Attributes, checkNames, styleInside } from './attributes.js'
import { SegmentCollector } from './collector.js'
import { type SpeechStyle, ssmlLimits, type SsmlLimits, type SsmlSegment } from './segment.js'
import { parseBreak, parseLanguage, shown } from './values.js'

/** Where the parser is: the style of the text that comes, and how its element changes it. */
interface Level {
  readonly element: string
  readonly style: SpeechStyle
  /** Of `<lang>`: the language within the sentence. */
  readonly language?: SpokenLanguage
  /** The text inside is read so, not as it is written. */
  readonly spoken?: string
  readonly phones?: string
}

type Open = (attributes: Attributes, parent: Level, collector: SegmentCollector) => Level

const inLine: readonly string[] = ['zh', 'yue', 'en', 'ja', 'ko'] satisfies readonly SpokenLanguage[]

const styled =
  (element: string): Open =>
  (attributes, parent) => ({ ...parent, element, style: styleInside(element, attributes, parent.style) })

// A paragraph and a sentence begin and end apart from what is around them.
const apart =
  (element: string): Open =>
  (attributes, parent, collector) => {
    collector.endSegment()
    return styled(element)(attributes, parent, collector)
  }

const elements: Readonly<Record<string, Open>> = {
  speak: styled('speak'),
  voice: styled('voice'),
  prosody: styled('prosody'),
  p: apart('p'),
  s: apart('s'),
  lang: (attributes, parent, collector) => {
    const language = attributes['xml:lang'] === undefined ? undefined : parseLanguage(attributes['xml:lang'])
    if (language === undefined || !inLine.includes(language)) return styled('lang')(attributes, parent, collector)
    checkNames('lang', attributes, ['xml:lang'])
    return { ...parent, element: 'lang', language: language as SpokenLanguage }
  },
  break: (attributes, parent, collector) => {
    checkNames('break', attributes, ['time', 'strength'])
    collector.silence(parseBreak(attributes['time'], attributes['strength']))
    return { ...parent, element: 'break' }
  },
  sub: (attributes, parent) => {
    checkNames('sub', attributes, ['alias'])
    return { ...parent, element: 'sub', spoken: attributes['alias'] ?? '' }
  },
  phoneme: (attributes, parent) => {
    checkNames('phoneme', attributes, ['ph', 'alphabet'])
    return { ...parent, element: 'phoneme', phones: attributes['ph'] ?? '' }
  },
  audio: () => {
    throw new SsmlError('<audio> is off: no file is read and nothing is fetched for a document')
  }
}

/**
 * Reads an SSML document: what is spoken and what is silent, one after the other. Nothing outside it is read.
 * @throws {SsmlError} malformed, beyond a limit, or with an element or a value that is not spoken; the message says where.
 */
export function parseSsml(text: string, limits: Partial<SsmlLimits> = {}): SsmlSegment[] {
  if (typeof text !== 'string') throw new OptionTypeError(`expected a string of SSML but received ${typeof text}`)
  const { maxBytes, maxDepth, maxSilenceSeconds } = { ...ssmlLimits, ...limits }
  const bytes = Buffer.byteLength(text)
  if (bytes > maxBytes) throw new SsmlError(`the document has ${bytes} bytes; at most ${maxBytes} are read`)
  const collector = new SegmentCollector(maxSilenceSeconds)
  const levels: Level[] = []
  const parser = new SaxesParser()
  parser.on('doctype', () => {
    throw new SsmlError('the document has a DOCTYPE, which is not read')
  })
  parser.on('error', (error) => {
    throw new SsmlError(`the document is not well-formed: ${error.message.replace(/^\d+:\d+: /, '')}`)
  })
  parser.on('opentag', ({ name, attributes }) => {
    if (levels.length === maxDepth) throw new SsmlError(`more than ${maxDepth} elements inside one another`)
    levels.push(open(name, attributes, levels.at(-1), collector))
  })
  parser.on('closetag', ({ name }) => {
    close(levels.pop() as Level, collector)
    if (name === 'speak' && levels.length === 0) collector.endSegment()
  })
  const speak = (said: string): void => take(said, levels.at(-1), collector)
  parser.on('text', speak)
  parser.on('cdata', speak)
  try {
    parser.write(text).close()
  } catch (error) {
    throw error instanceof SsmlError ? located(error, parser) : error
  }
  return collector.segments
}

function open(name: string, attributes: Attributes, parent: Level | undefined, collector: SegmentCollector): Level {
  if ((name === 'speak') !== (parent === undefined)) throw new SsmlError('the document is one <speak> element')
  const element = Object.hasOwn(elements, name) ? elements[name] : undefined
  if (!element) throw new SsmlError(`<${shown(name)}> is not known; known are ${Object.keys(elements).join(', ')}`)
  return element(attributes, parent ?? { element: '', style: { speed: 1 } }, collector)
}

function close(level: Level, collector: SegmentCollector): void {
  if (level.element === 'p' || level.element === 's') collector.endSegment()
  // An alias is spoken once, however its text was split.
  if (level.element === 'sub') collector.text(level.spoken ?? '', level.style, level.language)
}

function take(said: string, level: Level | undefined, collector: SegmentCollector): void {
  if (!level || level.spoken !== undefined) return
  if (level.element === 'break') {
    if (said.trim() !== '') throw new SsmlError('<break> holds no text')
    return
  }
  collector.text(level.phones === undefined ? said : phonemeMark(said, level.phones), level.style, level.language)
}

// The text room reads the same mark; its quotes and brackets are the document's.
function phonemeMark(said: string, phones: string): string {
  if (/["<>]/.test(phones) || said.includes('<'))
    throw new SsmlError(`ph="${shown(phones)}" holds a quote or a bracket`)
  return `<phoneme ph="${phones}">${said}</phoneme>`
}

function located(error: SsmlError, parser: { line: number; columnIndex: number }): SsmlError {
  return new SsmlError(`SSML, line ${parser.line}, column ${parser.columnIndex + 1}: ${error.message}`, {
    cause: error
  })
}
