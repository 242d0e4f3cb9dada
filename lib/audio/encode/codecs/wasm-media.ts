import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { packageRoot } from '../../../package-root.cjs'
import type { Codec } from '../codec.js'

// The package's own types name the browser's, which are not ours.
interface Encoders {
  createEncoder(mimeType: string, wasm: unknown, onCompiled: (module: unknown) => void): Promise<Encoder>
}
interface Encoder {
  configure(settings: { channels: 1; sampleRate: number } & Readonly<Record<string, number>>): void
  encode(channels: readonly Float32Array[]): Uint8Array
  finalize(): Uint8Array
}

export interface WasmEncoder {
  readonly mimeType: 'audio/mpeg' | 'audio/ogg'
  readonly file: 'mp3' | 'ogg'
  readonly blockSize: number
}

// What was compiled once serves every encoder: its memory is each one's own.
const compiled = new Map<string, unknown>()

async function wasm(file: string): Promise<unknown> {
  const require = createRequire(join(packageRoot, 'package.json'))
  return compiled.get(file) ?? (await readFile(require.resolve(`wasm-media-encoders/wasm/${file}`)))
}

/** LAME or libvorbis, as WebAssembly. */
export async function openWasmMedia(
  { mimeType, file, blockSize }: WasmEncoder,
  sampleRate: number,
  settings: Readonly<Record<string, number>>
): Promise<Codec> {
  const [encoders, given] = await Promise.all([import('wasm-media-encoders'), wasm(file)])
  const { createEncoder } = encoders as unknown as Encoders
  const encoder = await createEncoder(mimeType, given, (module) => compiled.set(file, module))
  encoder.configure({ channels: 1, sampleRate, ...settings })
  // What it returns lies in its memory and is overwritten by the next call.
  return {
    blockSize,
    write: (samples) => encoder.encode([samples]).slice(),
    end: () => encoder.finalize().slice()
  }
}
