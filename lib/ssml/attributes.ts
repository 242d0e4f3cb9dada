import { SsmlError } from '../errors.js'
import type { SpeechStyle } from './segment.js'
import { parseLanguage, parseRate, shown } from './values.js'

export type Attributes = Readonly<Record<string, string>>

// Each under every name that documents use for it.
const languageNames = ['xml:lang', 'lang', 'language', 'lan', 'text_lang', 'text_language']
const voiceNames = ['name', 'role', 'character', 'cha_name', 'model_name', 'cha', 'spk', 'speaker']
const emotionNames = ['style', 'emotion', 'character_emotion']
const speedNames = ['rate', 'speed', 'speed_factor', 'spd']
const styleNames = [...languageNames, ...voiceNames, ...emotionNames, ...speedNames]
// Allowed, as the standard has them, and without effect.
const idle = ['version', 'id', 'xml:id', 'xml:base', 'xml:space', 'pitch', 'contour', 'range', 'volume', 'loudness']
const idleVoice = ['gender', 'age', 'variant', 'required', 'languages', 'onlangfailure']

/** The style inside an element; what it does not say is its parent's. */
export function styleInside(element: string, attributes: Attributes, parent: SpeechStyle): SpeechStyle {
  checkNames(element, attributes, styleNames)
  const first = (names: readonly string[]): string | undefined => {
    const name = names.find((each) => attributes[each] !== undefined)
    return name === undefined ? undefined : attributes[name]
  }
  const [language, voice, emotion, rate] = [languageNames, voiceNames, emotionNames, speedNames].map(first)
  return {
    ...parent,
    ...(language !== undefined && { language: parseLanguage(language) }),
    ...(voice !== undefined && { voice: voice.trim() }),
    ...(emotion !== undefined && { emotion: emotion.trim() }),
    ...(rate !== undefined && { speed: parseRate(rate) })
  }
}

/** @throws {SsmlError} for an attribute that means nothing here. */
export function checkNames(element: string, attributes: Attributes, known: readonly string[]): void {
  for (const name of Object.keys(attributes)) {
    if (known.includes(name) || idle.includes(name) || idleVoice.includes(name)) continue
    if (name === 'xmlns' || name.startsWith('xmlns:') || name.startsWith('xsi:')) continue
    throw new SsmlError(`<${element}> has no attribute ${shown(name)}`)
  }
}
