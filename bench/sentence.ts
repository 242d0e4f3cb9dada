import { frontend } from '../lib/voice-text.js'
import { PROMPT_TEXT, type Sentence, TEXT, TOKENS } from './requests.js'

/** Of the reference, 4 s long. */
const PROMPT = 100

async function phonesOf(text: string): Promise<number[]> {
  const phones: number[] = []
  for await (const piece of frontend().pieces(text, { language: 'en', version: 'v2', cut: 'cut0' })) {
    phones.push(...piece.phoneIds)
  }
  return phones
}

/** As many words of the text as so many tokens can say. */
export async function sentenceOf(tokens: number): Promise<Sentence> {
  const words = TEXT.split(' ')
  const said = words.slice(0, Math.max(1, Math.round((words.length * tokens) / TOKENS)))
  const text = tokens === TOKENS ? TEXT : `${said.join(' ')}.`
  const textPhones = await phonesOf(text)
  const random = (count: number): number[] => Array.from({ length: count }, (_, i) => (i * 7919 + 13) % 1024)
  const phones = [...(await phonesOf(PROMPT_TEXT)), ...textPhones]
  return { text, phones, textPhones, prompt: random(PROMPT), codes: random(tokens) }
}
