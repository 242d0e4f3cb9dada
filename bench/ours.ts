// Our side: node --import tsx bench/ours.ts MODULES_DIR REFERENCE THREADS PRECISION,...
// Answers as bench/peer.py does; a request names the precision too.
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Binding, Tensor, VoiceHandle } from '../binding.js'
import { GptSovits, type PreparedReference } from '../lib/index.js'
import { engine, run } from '../lib/native.js'
import { type Answer, type OurRequest, type Precision, PROMPT_TEXT } from './requests.js'

const [modules = '', reference = '', threadCount = '', precisionList = ''] = process.argv.slice(2)
const threads = Number(threadCount)
const precisions = precisionList.split(',') as Precision[]

const ids = (list: readonly number[], shape: readonly number[] = [list.length]): Tensor => ({
  shape,
  data: BigInt64Array.from(list, BigInt)
})
const number = (value: number): Tensor => ({ shape: [], data: Float64Array.of(value) })
const spectrogram: Tensor = {
  shape: [1, 1025, 250],
  data: new Float32Array(1025 * 250).map((_, i) => Math.abs(Math.sin(i)))
}

class Voice {
  /** v2 alone, for measurements of one stage. */
  #stages: { addon: Binding; handle: VoiceHandle } | undefined

  private constructor(
    private readonly precision: Precision,
    private readonly tts: GptSovits,
    private readonly prepared: PreparedReference
  ) {}

  static async load(precision: Precision): Promise<Voice> {
    const tts = new GptSovits({ voice: modules, threads, precision })
    return new Voice(precision, tts, await tts.prepare({ audio: reference, text: PROMPT_TEXT }))
  }

  async measure(request: OurRequest): Promise<Answer> {
    if (request.measure === 'tokens') return this.#tokens(request)
    if (request.measure === 'wave') return this.#wave(request)
    const begun = performance.now()
    const { seed, steps, sampleSteps, sentence } = request
    const options = { seed, maxTokens: steps, pause: 0, ...(sampleSteps > 0 && { sampleSteps }) }
    const speech = await this.tts.synthesize(sentence, this.prepared, options)
    return { seconds: (performance.now() - begun) / 1000, audio: speech.duration }
  }

  async #tokens(request: OurRequest & { measure: 'tokens' }): Promise<Answer> {
    const { phones, prompt, steps, rows } = request
    const tensors = { phones: ids(phones), prompt: ids(prompt), steps: number(steps), rows: number(rows) }
    const out = await this.#probe('token_speed', tensors)
    const value = (name: string): number => Number(out[name]?.data[0])
    return { prefill: value('prefill_seconds'), decode: value('decode_seconds'), tokens: value('tokens') }
  }

  async #wave(request: OurRequest & { measure: 'wave' }): Promise<Answer> {
    const { phones, codes, to } = request
    const begun = performance.now()
    const out = await this.#probe('decode', {
      'spectrogram.0': spectrogram,
      codes: ids(codes, [1, 1, codes.length]),
      text: ids(phones, [1, phones.length]),
      speed: number(1),
      noise_scale: number(to === undefined ? 0.5 : 0)
    })
    const seconds = (performance.now() - begun) / 1000
    if (to !== undefined) writeFileSync(to, out['wav']?.data as Float32Array)
    return { seconds }
  }

  async #probe(stage: string, tensors: Record<string, Tensor>): Promise<Record<string, Tensor>> {
    const { addon, handle } = (this.#stages ??= await this.#load())
    const done = await run<{ tensors: Record<string, Tensor> }>((job) =>
      addon.probe(job, { voice: handle, stage, tensors })
    )
    return done.tensors
  }

  async #load(): Promise<{ addon: Binding; handle: VoiceHandle }> {
    const addon = await engine()
    const networks = { s1: 's1.pt', s2: 's2.pt', hubert: 'hubert.pt' }
    const paths = Object.fromEntries(Object.entries(networks).map(([name, file]) => [name, join(modules, file)]))
    const format = { version: 'v2', sampleRate: 32000, fftSize: 2048, hop: 640 }
    const request = { bert: '', speaker: '', vocoder: '', superSampler: '', ...(paths as typeof networks), ...format }
    const { voice } = await run<{ voice: VoiceHandle }>((job) =>
      addon.loadVoice(job, {
        ...request,
        threads,
        device: 'cpu',
        precision: this.precision,
        maxMemory: 0,
        keepLoaded: true
      })
    )
    return { addon, handle: voice }
  }
}

const voices = new Map<Precision, Voice>()
for (const precision of precisions) voices.set(precision, await Voice.load(precision))
const answer = async (value: unknown): Promise<void> => {
  if (!process.stdout.write(`${JSON.stringify(value)}\n`)) await once(process.stdout, 'drain')
}
await answer({ threads })
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line) as OurRequest
  const before = process.cpuUsage()
  const measured = await (voices.get(request.precision) as Voice).measure(request)
  const { user, system } = process.cpuUsage(before)
  await answer({ ...measured, cpu: (user + system) / 1e6 })
}
