import { characterSchema } from '../../../lib/server/dialects/character.js'
import type { Sent } from './recorded.js'

/** Files that the server under test knows. */
export interface Files {
  readonly reference: string
  readonly gpt: string
  readonly sovits: string
}

const names = new Set(
  Object.entries(characterSchema.properties).flatMap(([name, field]) => [
    name,
    ...((field as { aliases?: string[] }).aliases ?? [])
  ])
)
const ssml = '<speak>x</speak>'
// Every rule of the text's clean-up has something to do here.
const untidy = 'a\tb\r\nc……d…e<br>f\n\ng'

const get = (query: Readonly<Record<string, string>>): Sent => ({ method: 'GET', path: '/tts', query })
const spoken = (query: Readonly<Record<string, string>>): Sent => get({ text: 'x', ...query })
const post = (body: unknown, contentType = 'application/json'): Sent => ({
  method: 'POST',
  path: '/tts',
  body,
  contentType
})

const characterNames: Readonly<Record<string, string>> = {
  case: 'aLICE',
  back: 'Alice',
  missing: 'Nobody',
  unknown: 'Nobody'
}

type Rule = readonly [pattern: RegExp, build: (parts: readonly string[], files: Files) => Sent]

// The first that fits; `parts` are the groups of the pattern.
const rules: readonly Rule[] = [
  [/^character_list$/, () => ({ method: 'GET', path: '/character_list' })],
  [/^openapi$/, () => ({ method: 'GET', path: '/openapi.json' })],
  [/^(put|delete|patch)$/i, ([method]) => ({ method: method!.toUpperCase(), path: '/tts' })],
  [
    /^(get|post|put|delete) (character_list|nope|openapi\.json)$/i,
    ([method, path]) => ({ method: method!.toUpperCase(), path: `/${path}` })
  ],
  [/^get empty$/i, () => get({ text: '' })],
  [/^get blank$/i, () => get({ text: ' ' })],
  [/^get none$/i, () => get({})],
  [/^(?:get )?ok$/i, () => spoken({})],
  [/^post bad json$/i, () => post('{bad')],
  [/^post (?:list|array)$/i, () => post([])],
  [/^post (?:form|form body)$/i, () => post('text=x', 'application/x-www-form-urlencoded')],
  [/^post empty(?: body)?$/i, () => post('')],
  [/^post ok$/i, () => post({ text: 'x' })],
  [
    /^post (\w+) (null|true|false|-?[\d.]+|".*"|\[.*\]|\{.*\})$/,
    ([key, value]) => post({ text: 'x', [key!]: JSON.parse(value!) as unknown })
  ],
  [/^ssml (?:text key only|text)$/, () => get({ task_type: 'ssml', text: ssml })],
  [/^ssml (?:empty|blank)$/, () => get({ task_type: 'ssml', ssml: '' })],
  [/^ssml(?: ok| key)?$/, () => get({ task_type: 'ssml', ssml })],
  [/^char (\S+)/, ([name]) => spoken({ character: characterNames[name!] ?? name! })],
  [/^ref missing$/, () => spoken({ ref_audio_path: 'missing.wav' })],
  [/^ref given no prompt$/, (_, { reference }) => spoken({ ref_audio_path: reference })],
  [
    /^ref (?:given|ok)/,
    (_, { reference }) => spoken({ ref_audio_path: reference, prompt_text: 'hello there', prompt_language: '英文' })
  ],
  [/^lang (.*)$/, ([name]) => spoken({ text_language: name! })],
  [/^stream ssml$/, () => get({ task_type: 'ssml', ssml, stream: 'true' })],
  [/^stream fmt(?: (\w+))?$/, ([format]) => spoken({ stream: 'true', format: format ?? 'ogg' })],
  [/^stream(?: (\S+))?$/, ([value]) => spoken({ stream: value ?? 'true' })],
  // A random seed is not remembered, so these bring one.
  [/^save\b/, () => get({ text: 'cacheme', save_temp: 'true', seed: '1' })],
  [/^bool$/, () => spoken({ parallel_infer: 'Allowed', save_temp: 'no', stream: 'off' })],
  [/^double decode$/, () => get({ text: '100%25 sure %41' })],
  [/^method key (\w+)$/, ([key]) => spoken({ [key!]: '1' })],
  [/^(\w+) key$/, ([key]) => spoken({ [key!]: '1' })],
  [/^text normali[sz]e$/, () => get({ text: untidy, cut_method: 'cut0' })],
  [/^BOOM\d*$/, () => get({ text: 'BOOM' })],
  // An alias of the text takes its place.
  [/^(txt|tex|t) (.*)$/, ([key, value]) => get({ [key!]: value! })],
  [/^(\S+) (.*)$/, ([key, value]) => spoken({ [key!]: value! })]
]

/** What a case of the character dialect sends, or `undefined` where its name does not say. */
export function characterCase(name: string, files: Files): Sent | undefined {
  for (const [pattern, build] of rules) {
    const found = pattern.exec(name)
    if (!found) continue
    const isGeneric = pattern === rules.at(-1)?.[0]
    if (isGeneric && !names.has(found[1]!)) return undefined
    return build(found.slice(1), files)
  }
  return undefined
}
