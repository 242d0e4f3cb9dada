import { Command } from 'commander'
import { inspect, type Inspection } from '../../store/index.js'
import { interruptSignal } from '../exit.js'

/** `gpt-sovits inspect`: what a model file holds, without LibTorch. */
export function inspectCommand(): Command {
  return new Command('inspect')
    .description('tell what a model file is: kind, version, config, tensors; nothing of it is run')
    .argument('<file>', 'a *.ckpt, *.pth, *.bin or *.safetensors file')
    .option('--json', 'print everything as JSON')
    .option('--tensors', 'list every tensor')
    .addHelpText('after', '\nExample:\n  gpt-sovits inspect voice.pth --tensors')
    .action(async (file: string, options: { json?: boolean; tensors?: boolean }) => {
      const found = await inspect(file, { signal: interruptSignal() })
      const text = options.json ? JSON.stringify(found) : describe(found, options.tensors === true)
      process.stdout.write(`${text}\n`)
    })
}

function describe(found: Inspection, tensors: boolean): string {
  const rows: [string, string][] = [
    ['file', found.path],
    ['kind', found.kind],
    ['what', found.what],
    ['version', found.version || '-'],
    ['container', found.container],
    ['info', found.info || '-'],
    ['parameters', found.parameters.toLocaleString('en')],
    ['tensors', String(found.tensors.length)],
    ['config', found.config === null ? '-' : JSON.stringify(found.config)]
  ]
  for (const warning of found.warnings) rows.push(['warning', warning])
  for (const { option, what, where } of found.needs) rows.push(['needs', `--${option}: ${what}, ${where}`])
  const lines = rows.map(([name, value]) => `${name.padEnd(11)}${value}`)
  if (tensors) lines.push(...found.tensors.map(({ name, dtype, shape }) => `  ${name}  ${dtype} [${shape.join(', ')}]`))
  return lines.join('\n')
}
