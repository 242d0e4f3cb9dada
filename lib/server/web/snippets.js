const MODEL = 'gpt-sovits'

/** The request of the page as one of OpenAI's speech API. */
function speechBody({ text, voice, emotion, upload, uploadText, uploadLanguage, language, ...rest }) {
  const { speed, topK, topP, temperature, seed } = rest
  const named = emotion && emotion !== 'default' ? `${voice}:${emotion}` : voice
  const reference = upload && { prompt_text: uploadText, prompt_lang: uploadLanguage }
  const body = {
    model: MODEL,
    voice: upload ? `upload:${upload}` : named,
    input: text,
    response_format: 'wav',
    text_lang: language,
    ...reference,
    speed,
    top_k: topK,
    top_p: topP,
    temperature,
    seed
  }
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined && value !== ''))
}

/** In single quotes a shell reads nothing but the quote that ends them. */
function shellQuoted(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** Of the settings, those that OpenAI's speech API has no place for. */
function left({ pause, repetitionPenalty }) {
  const names = [pause !== undefined && 'pause', repetitionPenalty !== undefined && 'repetition penalty']
  const given = names.filter(Boolean)
  return given.length === 0 ? '' : `without the ${given.join(' and the ')}, which this API does not have\n`
}

/** A command and a line of TypeScript that ask for the same speech. */
export function snippets(fields, base) {
  const body = speechBody(fields)
  const url = new URL('v1/audio/speech', base).href
  const note = left(fields)
  const curl = `${note && `# ${note}`}curl ${shellQuoted(url)} -H 'content-type: application/json' -o speech.wav -d ${shellQuoted(JSON.stringify(body))}`
  const written = JSON.stringify(body, undefined, 2).replaceAll(/^ {2}"(\w+)":/gm, '  $1:')
  const typescript = `${note && `// ${note}`}import { writeFile } from 'node:fs/promises'

const response = await fetch(${JSON.stringify(url)}, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(${written.replaceAll('\n', '\n  ')})
})
await writeFile('speech.wav', new Uint8Array(await response.arrayBuffer()))`
  return { curl, typescript }
}
