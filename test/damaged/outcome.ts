// What becomes of a changed file through the public API.
import { join } from 'node:path'
import { GptSovits, type GptSovitsConfig } from '../../lib/index.js'
import { packageRoot } from '../../lib/package-root.cjs'
import { layouts, type Part, voiceWith, writeDraft } from './voices.js'
import type { Mutation } from './mutations.js'

export type Outcome =
  | { readonly kind: 'spoke' }
  /** A typed error that says which file is wrong. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  /** Anything else: a fault of ours. */
  | { readonly kind: 'fault'; readonly message: string }

const audio = join(packageRoot, 'test', 'fixtures', 'voice', 'reference.wav')
const english = { text: 'Hi.', language: 'en', reference: { audio, text: 'What it says.', language: 'en' } } as const
const chinese = { text: '你好吗。', language: 'zh', reference: { audio, text: '我们好。', language: 'zh' } } as const

/** Writes the changed file, imports the voice and speaks once. */
export async function outcomeOf({ part, draft }: Mutation, whole: string, changed: string): Promise<Outcome> {
  writeDraft(changed, part, draft())
  const config = { ...voiceWith(part, whole, changed), cacheDir: join(whole, 'cache') }
  const failed = await speak(config, part).catch((error: unknown) => error)
  return failed === undefined ? { kind: 'spoke' } : judged(failed, [config, layouts[part].path])
}

async function speak(config: GptSovitsConfig, part: Part): Promise<void> {
  const { text, language, reference } = part === 'bert' ? chinese : english
  await using tts = new GptSovits(config)
  const speech = await tts.synthesize(text, reference, { language, seed: 1, maxTokens: 8, sampleSteps: 4 })
  const isSound = speech.samples.length > 0 && speech.samples.every(Number.isFinite)
  if (!isSound) throw new Error(`${speech.samples.length} samples, not all of them finite`)
}

function judged(error: unknown, [config, path]: [GptSovitsConfig, string]): Outcome {
  const { code = '', message, detail = '' } = error as { code?: string; message: string; detail?: string }
  const isTyped = code.startsWith('ERR_GSV_') && code !== 'ERR_GSV_INTERNAL'
  if (!isTyped) return { kind: 'fault', message: `${code} ${message} ${detail}`.slice(0, 800) }
  const folders = [config.hubert, config.bert, config.vocoder].filter((each) => each !== undefined)
  const names = message.includes(path) || folders.some((each) => message.includes(`${each}/`))
  return names ? { kind: 'refused', code, message } : { kind: 'fault', message: `names no file: ${code} ${message}` }
}
