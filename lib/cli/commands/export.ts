import { Command, Option } from 'commander'
import { OptionTypeError } from '../../errors.js'
import { languageModes } from '../../options.js'
import { exportVoice, type VoicePlace } from '../../store/index.js'
import type { LanguageMode } from '../../text/index.js'
import { interruptSignal } from '../exit.js'
import { megabytes } from '../sizes.js'

type Options = Omit<VoicePlace, 'voice' | 'logger'> & {
  out: string
  ref?: string
  refText?: string
  refLanguage: LanguageMode
  json?: boolean
}

/** `gpt-sovits export`: a voice as one file. */
export function exportCommand(): Command {
  return new Command('export')
    .description('write a voice with all that it needs as one .tar, which opens without a network')
    .argument('[voice]', 'a folder, an archive, "demo" or a pulled voice; or give --gpt and --sovits')
    .requiredOption('--out <file>', 'the archive to write, such as voice.tar')
    .option('--gpt <file>', 'GPT weights (*.ckpt)')
    .option('--sovits <file>', 'SoVITS weights (*.pth)')
    .option('--hubert <folder>', 'chinese-hubert-base; defaults to the pulled one')
    .option('--bert <folder>', 'chinese-roberta-wwm-ext-large; defaults to the pulled one')
    .option('--speaker <file>', 'the speaker model of v2Pro and v2ProPlus')
    .option('--vocoder <path>', 'the vocoder of v3 or v4')
    .option('--super-sampler <folder>', 'AP-BWE 24 kHz to 48 kHz, which v3 may use')
    .option('--base <file>', 'the base model of a LoRA voice')
    .option('--ref <file>', 'a recording to bring along: what the voice speaks with when none is given')
    .option('--ref-text <text>', 'what the recording says')
    .addOption(new Option('--ref-language <mode>', 'language of the recording').choices(languageModes).default('auto'))
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  gpt-sovits export my-voice --out my-voice.tar --ref me.wav --ref-text "What I say."' +
        '\n  gpt-sovits say "Hello." --voice my-voice.tar --out hello.wav'
    )
    .action(run)
}

async function run(voice: string | undefined, options: Options): Promise<void> {
  const { out, ref, refText, refLanguage, json, ...files } = options
  if ((voice === undefined) === (files.gpt === undefined)) {
    throw new OptionTypeError('name a voice, or give --gpt and --sovits')
  }
  if ((ref === undefined) !== (refText === undefined)) {
    throw new OptionTypeError('--ref and --ref-text go together: a recording and what it says')
  }
  const references = ref && refText ? [{ audio: ref, text: refText, language: refLanguage }] : []
  const place: VoicePlace = { ...(voice === undefined ? {} : { voice }), ...files }
  const exported = await exportVoice(place, out, { references, signal: interruptSignal() })
  const { file, bytes, version } = exported
  const said = `${file}: a ${version} voice, ${megabytes(bytes)}, ${exported.references} references`
  process.stdout.write(`${json ? JSON.stringify(exported) : said}\n`)
}
