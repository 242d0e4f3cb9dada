import { Command, Option } from 'commander'
import { cutMethods, languageModes } from '../../options.js'
import type { CutMethod, LanguageMode, TextPiece } from '../../text/index.js'
import { frontend } from '../../voice-text.js'

interface Options {
  language: LanguageMode
  symbols: 'v1' | 'v2'
  cut: CutMethod
  json?: boolean
}

/** `gpt-sovits phones`: how a text is read. */
export function phonesCommand(): Command {
  return new Command('phones')
    .description('show how a text is read: segments, normalised text, phones and ids')
    .argument('<text>')
    .addOption(new Option('--language <mode>', 'language mode').choices(languageModes).default('auto'))
    .addOption(new Option('--symbols <version>', 'symbol table').choices(['v1', 'v2']).default('v2'))
    .addOption(new Option('--cut <method>', 'how to cut').choices(cutMethods).default('cut0'))
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  gpt-sovits phones "It costs $3.50." --language en')
    .action(run)
}

async function run(text: string, { language, symbols, cut, json }: Options): Promise<void> {
  const pieces: TextPiece[] = []
  for await (const piece of frontend().pieces(text, { language, version: symbols, cut })) pieces.push(piece)
  if (json) {
    const plain = pieces.map((piece) => ({ ...piece, phoneIds: [...piece.phoneIds] }))
    process.stdout.write(`${JSON.stringify({ pieces: plain })}\n`)
    return
  }
  for (const piece of pieces) {
    for (const { language: spoken, text: part, normText, phones } of piece.segments) {
      process.stdout.write(`${spoken.padEnd(4)} ${JSON.stringify(part)}\n     ${normText}\n     ${phones.join(' ')}\n`)
    }
    process.stdout.write(`ids  ${piece.phoneIds.join(' ')}\n`)
    for (const warning of piece.warnings) process.stderr.write(`warning: ${warning}\n`)
  }
}
