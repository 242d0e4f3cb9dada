import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Binding, Tensor, VoiceHandle } from '../../binding.js'
import { engine, run } from '../../lib/native.js'
import { importVoice, type VoiceSources } from '../../lib/store/index.js'

/** Unpacks the checkpoints of a reference folder and verifies their SHA-256. */
export function unpackCheckpoints(from: string, to: string): void {
  const lines = readFileSync(join(from, 'SHA256SUMS'), 'utf8').trim().split('\n')
  const sums = new Map(lines.map((line) => [line.slice(66).replace(/^\.\//, ''), line.slice(0, 64)]))
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name === 'SHA256SUMS') continue
    const path = join(entry.parentPath, entry.name)
    const packed = path.endsWith('.gz')
    const name = relative(from, packed ? path.slice(0, -3) : path)
    const data = packed ? gunzipSync(readFileSync(path)) : readFileSync(path)
    const digest = createHash('sha256').update(data).digest('hex')
    if (digest !== sums.get(name)) throw new Error(`${name}: SHA-256 is ${digest}, ${sums.get(name)} expected`)
    mkdirSync(dirname(join(to, name)), { recursive: true })
    writeFileSync(join(to, name), data)
  }
}

/** A voice whose stages can be run alone. */
export class ProbedVoice {
  private constructor(
    private readonly addon: Binding,
    private readonly handle: VoiceHandle
  ) {}

  static load(checkpoints: string, gpt: string, sovits: string, out: string): Promise<ProbedVoice> {
    const sources = {
      gpt: join(checkpoints, gpt),
      sovits: join(checkpoints, sovits),
      hubert: join(checkpoints, 'chinese-hubert-base'),
      bert: join(checkpoints, 'chinese-roberta-wwm-ext-large'),
      speaker: join(checkpoints, 'sv')
    }
    return ProbedVoice.open(sources, out)
  }

  /** Imports a voice into a folder and loads it. */
  static async open(sources: VoiceSources, out: string, precision = 'fp32'): Promise<ProbedVoice> {
    const addon = await engine()
    const { voice } = await importVoice(sources, out, { addon })
    const paths = Object.fromEntries(
      Object.entries(voice.modules).map(([network, file]: [string, string]) => [network, join(out, file)])
    ) as unknown as typeof voice.modules
    const { version, sampleRate, fftSize, hop } = voice
    const request = {
      ...{ bert: '', speaker: '', vocoder: '', superSampler: '', ...paths },
      ...{
        version,
        sampleRate,
        fftSize,
        hop,
        threads: 0,
        device: 'cpu',
        precision,
        maxMemory: 0,
        keepLoaded: true
      }
    }
    const loaded = await run<{ voice: VoiceHandle }>((job) => addon.loadVoice(job, request))
    return new ProbedVoice(addon, loaded.voice)
  }

  async probe(stage: string, tensors: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> {
    const request = { voice: this.handle, stage, tensors }
    return (await run<{ tensors: Record<string, Tensor> }>((job) => this.addon.probe(job, request))).tensors
  }

  release(): void {
    this.addon.release(this.handle)
  }
}
