import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../lib/package-root.cjs'

const LAYERS = 8

/**
 * A HuBERT folder that fits the tiny voice and yet takes long to import: its feed-forward layers are very wide.
 * 10,000 of width are about 10 MB of weights in the file and twice that as a module.
 */
export function writeLargeHubert(folder: string, width: number): string {
  const config = JSON.parse(
    readFileSync(join(packageRoot, 'test', 'fixtures', 'voice', 'hubert', 'config.json'), 'utf8')
  ) as Record<string, unknown>
  mkdirSync(folder, { recursive: true })
  const large = { ...config, intermediate_size: width, num_hidden_layers: LAYERS }
  writeFileSync(join(folder, 'config.json'), JSON.stringify(large))
  writeFileSync(join(folder, 'model.safetensors'), safetensors(shapes(large)))
  return folder
}

interface Rule {
  name: string
  shape: string[]
  loops: { start: string; end: string }[]
}

// The blueprint's specification says which tensors there are; its expressions here are plain enough to look up.
function shapes(config: Record<string, unknown>): [string, number[]][] {
  const path = join(packageRoot, 'models', 'blueprints', 'hubert.json')
  const { tensors } = JSON.parse(readFileSync(path, 'utf8')) as { tensors: Rule[] }
  const [hidden, width] = [config['hidden_size'] as number, config['intermediate_size'] as number]
  const [dim, kernel] = [config['conv_dim'] as number[], config['conv_kernel'] as number[]]
  const groups = config['num_conv_pos_embedding_groups'] as number
  const positions = config['num_conv_pos_embeddings'] as number
  const size = (text: string, i: number): number => {
    const known: Record<string, number | undefined> = {
      '1': 1,
      hidden,
      intermediate: width,
      position_kernel: positions,
      'hidden/position_groups': hidden / groups,
      'conv_dim[0]': dim[0],
      'conv_dim[i]': dim[i],
      'conv_dim[i-1]': dim[i - 1],
      'conv_dim[len(conv_stride)-1]': dim.at(-1),
      'conv_kernel[0]': kernel[0],
      'conv_kernel[i]': kernel[i]
    }
    return known[text]!
  }
  return tensors.flatMap(({ name, shape, loops: [loop] }) => {
    const end = loop?.end === 'n_layers' ? LAYERS : dim.length
    const indices = loop ? Array.from({ length: end }, (_, i) => i).slice(Number(loop.start)) : [0]
    return indices.map((i): [string, number[]] => [name.replace('{i}', String(i)), shape.map((text) => size(text, i))])
  })
}

function safetensors(tensors: readonly [string, number[]][]): Buffer {
  let at = 0
  const header = Object.fromEntries(
    tensors.map(([name, shape]) => {
      const begin = at
      at += 2 * shape.reduce((product, size) => product * size, 1)
      return [name, { dtype: 'F16', shape, data_offsets: [begin, at] }]
    })
  )
  const text = Buffer.from(JSON.stringify(header))
  const out = Buffer.alloc(8 + text.length + at)
  out.writeBigUInt64LE(BigInt(text.length))
  text.copy(out, 8)
  // Small finite halves that are not all the same: 0x2000 to 0x2fff is 0.008 to 0.12.
  const pattern = Buffer.alloc(65_536)
  for (let i = 0, state = 7; i < pattern.length; i += 2) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    pattern.writeUInt16LE(0x2000 | (state >>> 20), i)
  }
  out.fill(pattern, 8 + text.length)
  return out
}
