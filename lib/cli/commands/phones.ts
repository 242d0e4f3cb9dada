import { Command, Option } from 'commander'
import { cutMethods, languageModes } from '../../options.js'
import { readLexicon, symbolIds, type CutMethod, type LanguageMode, type TextPiece } from '../../text/index.js'
import { frontend, type TextConfig } from '../../voice-text.js'

interface Options extends TextConfig {
  language: LanguageMode
  symbols: 'v1' | 'v2'
  cut: CutMethod
  lexicon?: string
  json?: boolean
}

/** Of the phones' column, so that a row fits a terminal. */
const WIDTH = 72

/** `gpt-sovits phones`: how a text is read. */
export function phonesCommand(): Command {
  return new Command('phones')
    .description('show how a text is read: segments, normalised text, phones and ids')
    .argument('<text>')
    .addOption(new Option('--language <mode>', 'language mode').choices(languageModes).default('auto'))
    .addOption(new Option('--symbols <version>', 'symbol table').choices(['v1', 'v2']).default('v2'))
    .addOption(new Option('--cut <method>', 'how to cut').choices(cutMethods).default('cut0'))
    .option('--lexicon <file>', 'phones of words of your own: a language, a word and its phones a line, apart by tabs')
    .option('--g2pw <folder>', 'the polyphone model g2pW, for Chinese')
    .option('--bert <folder>', "where BERT's vocabulary is, when the folder of g2pW has none")
    .option('--language-id-model <file>', 'a fastText model that tells languages apart, such as lid.176.bin')
    .option('--japanese-user-dictionary <file>', "Japanese words of your own in MeCab's CSV format")
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  gpt-sovits phones "It costs $3.50." --language en')
    .action(run)
}

async function run(text: string, options: Options): Promise<void> {
  const { language, symbols, cut, lexicon: file, json, ...reading } = options
  const lexicon = file === undefined ? undefined : readLexicon(file)
  const pieces: TextPiece[] = []
  for await (const piece of frontend(reading).pieces(text, { language, version: symbols, cut, lexicon }))
    pieces.push(piece)
  if (json) {
    const plain = pieces.map((piece) => ({ ...piece, phoneIds: [...piece.phoneIds] }))
    process.stdout.write(`${JSON.stringify({ pieces: plain })}\n`)
    return
  }
  process.stdout.write(pieces.map((piece, index) => table(piece, index + 1, symbols)).join('\n'))
  for (const { warnings } of pieces) for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`)
}

/** A piece: under a heading, a block of rows for each segment. */
function table(piece: TextPiece, number: number, version: 'v1' | 'v2'): string {
  const ids = symbolIds(version)
  const prefix = piece.dotPrefixed ? ', read again with a full stop in front' : ''
  const heading = `piece ${number}: ${piece.segments.length} segments, ${piece.phones.length} phones${prefix}\n`
  const blocks = piece.segments.map(({ language, text, normText, phones }) => {
    const spoken = phones.map((phone) => `${phone}:${ids.get(phone)}`)
    const rows = [['text', text], ['read as', normText], ...wrap(spoken).map((line, at) => [at ? '' : 'phones', line])]
    return rows.map(([name, value], at) => {
      return `${(at ? '' : language).padEnd(12)}${name?.padEnd(9)}${value?.replaceAll('\n', '⏎')}\n`
    })
  })
  return heading + blocks.flat().join('')
}

function wrap(words: readonly string[]): string[] {
  const lines = ['']
  for (const word of words) {
    const last = lines.at(-1)!
    if (last !== '' && last.length + 1 + word.length > WIDTH) lines.push(word)
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`
  }
  return lines
}
