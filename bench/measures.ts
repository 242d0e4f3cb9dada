// What is measured of a version, in the order of a round: the peers and we take turns. Seconds of each.
import {
  type Answer,
  type OurRequest,
  type PeerRequest,
  type Precision,
  ROWS,
  type Sentence,
  TOKENS_PER_SECOND,
  type Version
} from './requests.js'
import type { Side } from './side.js'

export interface Sides {
  readonly ours: Side<OurRequest>
  readonly upstream?: Side<PeerRequest>
  readonly genie?: Side<PeerRequest>
}
export type Measure = () => Promise<Record<string, number>>

/** Which rows are held against which, and how the ratio is called. */
export const COMPARED: Readonly<Record<string, readonly [ours: string, peer: string]>> = {
  s1_decode_fp16: ['s1_decode_fp16', 'upstream s1_decode'],
  s1_decode_int8: ['s1_decode_int8', 'upstream s1_decode'],
  s1_batch8_int8: ['s1_batch8_int8', 'upstream s1_decode'],
  s1_prefill: ['s1_prefill', 'upstream s1_prefill'],
  s2_v2: ['s2_v2', 'upstream s2_v2'],
  end_to_end_fp16: ['end_to_end_fp16', 'upstream end_to_end'],
  end_to_end_int8: ['end_to_end_int8', 'upstream end_to_end'],
  genie_end_to_end: ['end_to_end_fp16', 'genie end_to_end'],
  v2proplus_end_to_end: ['v2proplus_end_to_end', 'upstream v2proplus_end_to_end'],
  v3_end_to_end: ['v3_end_to_end', 'upstream v3_end_to_end'],
  v4_end_to_end: ['v4_end_to_end', 'upstream v4_end_to_end']
}

function requests({ text, phones, textPhones, prompt, codes }: Sentence, sampleSteps: number) {
  const steps = codes.length
  let seed = 0
  const tokens = { measure: 'tokens' as const, phones, prompt, steps }
  const wave = { measure: 'wave' as const, phones: textPhones, codes }
  const common = { measure: 'speech' as const, phones, prompt, text: textPhones, steps, sampleSteps }
  const speech = () => ({ ...common, seed: ++seed })
  return { tokens, wave, speech, ours: (precision: Precision, rows = 1) => ({ precision, rows, sentence: text }) }
}

/** Before the name of a row: seconds of processor time, which other programs hardly change. */
export const CPU = 'cpu '

/** Of a sentence as long as asked for: a side may end one a token early. */
async function spoken(name: string, answering: Promise<Answer>, { codes }: Sentence): Promise<Record<string, number>> {
  const { seconds, audio, cpu } = (await answering) as Record<'seconds' | 'audio' | 'cpu', number>
  const share = codes.length / TOKENS_PER_SECOND / audio
  return { [name]: seconds * share, [CPU + name]: cpu * share }
}

const perToken = ({ decode, tokens }: Answer): number => (decode as number) / (tokens as number)

function stagesOfV2(sides: Sides, sentence: Sentence): Measure[] {
  const { ours, upstream, genie } = sides
  const asked = requests(sentence, 0)
  const we = (request: PeerRequest, precision: Precision, rows = 1) =>
    ours.measure({ ...request, ...asked.ours(precision, rows) })
  const peer = (
    side: Side<PeerRequest> | undefined,
    measure: (side: Side<PeerRequest>) => ReturnType<Measure>
  ): Measure[] => (side ? [() => measure(side)] : [])
  return [
    ...peer(upstream, async (side) => {
      const answer = await side.measure(asked.tokens)
      return { 'upstream s1_decode': perToken(answer), 'upstream s1_prefill': answer['prefill'] as number }
    }),
    async () => {
      const answer = await we(asked.tokens, 'fp16')
      return { s1_decode_fp16: perToken(answer), s1_prefill: answer['prefill'] as number }
    },
    async () => ({ s1_decode_int8: perToken(await we(asked.tokens, 'int8')) }),
    async () => ({ s1_batch8_int8: perToken(await we(asked.tokens, 'int8', ROWS)) }),
    ...peer(upstream, async (side) => ({ 'upstream s2_v2': (await side.measure(asked.wave))['seconds'] as number })),
    async () => ({ s2_v2: (await we(asked.wave, 'fp16'))['seconds'] as number }),
    ...peer(upstream, (side) => spoken('upstream end_to_end', side.measure(asked.speech()), sentence)),
    () => spoken('end_to_end_fp16', we(asked.speech(), 'fp16'), sentence),
    () => spoken('end_to_end_int8', we(asked.speech(), 'int8'), sentence),
    ...peer(genie, (side) => spoken('genie end_to_end', side.measure(asked.speech()), sentence))
  ]
}

export function measures(
  { version, precision, sampleSteps }: { version: Version; precision: Precision; sampleSteps: number },
  sides: Sides,
  sentence: Sentence
): Measure[] {
  if (version === 'v2') return stagesOfV2(sides, sentence)
  const { ours, upstream } = sides
  const asked = requests(sentence, sampleSteps)
  const name = `${version.toLowerCase()}_end_to_end`
  const we: Measure = () => spoken(name, ours.measure({ ...asked.speech(), ...asked.ours(precision) }), sentence)
  if (!upstream) return [we]
  return [() => spoken(`upstream ${name}`, upstream.measure(asked.speech()), sentence), we]
}
