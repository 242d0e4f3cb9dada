import { Command } from 'commander'
import { importVoice, withPulled } from '../../store/index.js'
import { interruptSignal } from '../exit.js'
import { ProgressLine } from '../progress.js'

interface Options {
  gpt: string
  sovits: string
  hubert?: string
  bert?: string
  speaker?: string
  vocoder?: string
  superSampler?: string
  base?: string
  out: string
  json?: boolean
}

/** `gpt-sovits import`: checkpoints to TorchScript modules and voice.json. */
export function importCommand(): Command {
  return new Command('import')
    .description("turn a voice's checkpoints into modules that load at once")
    .requiredOption('--gpt <file>', 'GPT weights (*.ckpt)')
    .requiredOption('--sovits <file>', 'SoVITS weights (*.pth)')
    .option('--hubert <folder>', 'chinese-hubert-base; defaults to the pulled one')
    .option('--bert <folder>', 'chinese-roberta-wwm-ext-large; only Chinese needs it')
    .option('--speaker <file>', 'speaker model of v2Pro and v2ProPlus; defaults to the pulled one')
    .option('--vocoder <path>', 'vocoder of v3 (folder) or v4 (file); defaults to the pulled one')
    .option('--super-sampler <folder>', 'AP-BWE 24 kHz to 48 kHz, which v3 may use')
    .option('--base <file>', 'base weights of a LoRA; defaults to the pulled ones')
    .requiredOption('--out <folder>', 'where to write a module for each network and voice.json')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  gpt-sovits import --gpt voice.ckpt --sovits voice.pth --hubert chinese-hubert-base --out my-voice'
    )
    .action(run)
}

async function run(options: Options): Promise<void> {
  const { gpt, sovits, hubert, bert, speaker, vocoder, superSampler, base, out } = options
  const sources = { gpt, sovits, hubert, bert, speaker, vocoder, superSampler, base }
  const line = new ProgressLine(options.json === true)
  const begun = performance.now()
  const { folder, voice, warnings } = await importVoice(await withPulled(sources), out, {
    signal: interruptSignal(),
    onNetwork: (network, index, count) => line.update(`importing ${network}`, index / count)
  }).finally(() => line.end())
  const seconds = (performance.now() - begun) / 1000
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ folder, voice, warnings, seconds })}\n`)
    return
  }
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`)
  process.stdout.write(`${folder}: a ${voice.version} voice, imported in ${seconds.toFixed(1)} s\n`)
}
