import { ServerError, setKey, speak, voices } from './api.js'
import { ReferenceForm } from './reference.js'
import { snippets } from './snippets.js'
import { SpeechView } from './speech-view.js'

const find = (id) => document.getElementById(id)

const languages = [
  ['auto', 'Detect'],
  ['en', 'English'],
  ['zh', 'Chinese with English'],
  ['all_zh', 'Chinese'],
  ['ja', 'Japanese with English'],
  ['all_ja', 'Japanese'],
  ['ko', 'Korean with English'],
  ['all_ko', 'Korean'],
  ['yue', 'Cantonese with English'],
  ['all_yue', 'Cantonese'],
  ['auto_yue', 'Detect, Chinese is Cantonese']
]
const numbers = ['temperature', 'topK', 'topP', 'repetitionPenalty', 'pause', 'seed']

let running
const emotions = new Map()

function tell(error) {
  find('error').hidden = !error
  find('error').textContent = error?.message ?? ''
  if (!(error instanceof ServerError) || error.status !== 401) return
  find('key-field').hidden = false
  find('key').focus()
}

function say(status) {
  find('status').textContent = status
}

const reference = new ReferenceForm(tell)
const view = new SpeechView()

function fill(select, entries) {
  select.replaceChildren(...entries.map(([value, label = value]) => new Option(label, value)))
}

async function loadVoices() {
  const list = await voices()
  for (const { id, emotions: names } of list) emotions.set(id, names)
  fill(
    find('voice'),
    list.map(({ id }) => [id])
  )
  showEmotions()
  if (list.length === 0) throw new Error('This server has no voice.')
}

function showEmotions() {
  const names = emotions.get(find('voice').value) ?? []
  fill(
    find('emotion'),
    names.map((name) => [name])
  )
  find('emotion-field').hidden = names.length < 2
}

function requested() {
  const given = numbers.filter((id) => find(id).value !== '').map((id) => [id, Number(find(id).value)])
  return {
    text: find('text').value,
    ...(find('voice').value && { voice: find('voice').value }),
    ...(!reference.uploaded && find('emotion').value && { emotion: find('emotion').value }),
    ...reference.fields,
    language: find('language').value,
    speed: Number(find('speed').value),
    ...Object.fromEntries(given)
  }
}

function checkInputs() {
  if (find('text').value.trim() === '') {
    find('text').focus()
    throw new Error('Type a text first.')
  }
  const wrong = numbers.map(find).find((input) => !input.checkValidity())
  if (!wrong) return
  wrong.closest('details').open = true
  wrong.focus()
  throw new Error(`${wrong.labels[0].textContent}: ${wrong.validationMessage}`)
}

function showRunning(isRunning) {
  find('speak').disabled = isRunning
  find('stop').disabled = !isRunning
}

async function run() {
  tell()
  checkInputs()
  const fields = requested()
  running = new AbortController()
  const { signal } = running
  showRunning(true)
  say('Waiting for the first sound …')
  showCode(fields)
  try {
    await view.begin()
    // Parts of sentences: the first one is heard long before its sentence is made.
    for await (const event of speak({ ...fields, chunks: 'token' }, signal)) {
      if (event.type === 'sentence') {
        view.add(event)
        say(`Speaking: ${view.count} ${view.count === 1 ? 'sentence' : 'sentences'} so far …`)
      } else done(event, fields)
    }
  } catch (error) {
    say(signal.aborted ? 'Stopped.' : 'Not spoken to the end.')
    if (!signal.aborted) throw error
  } finally {
    view.complete()
    running = undefined
    showRunning(false)
  }
}

function done({ seconds, seed, warnings }, fields) {
  say([`${seconds.toFixed(1)} s of speech, seed ${seed}.`, ...warnings].join(' '))
  showCode({ ...fields, seed })
}

function showCode(fields) {
  find('code').hidden = false
  for (const [id, text] of Object.entries(snippets(fields, document.baseURI))) find(id).textContent = text
}

function stop() {
  running?.abort()
  view.silence()
}

async function copy({ currentTarget: button }) {
  await navigator.clipboard.writeText(find(button.dataset.copies).textContent)
  button.textContent = 'Copied'
  setTimeout(() => (button.textContent = 'Copy'), 1500)
}

const guarded = (act) => (event) => Promise.resolve(act(event)).catch(tell)

find('request').addEventListener('submit', (event) => {
  event.preventDefault()
  if (!running) guarded(run)()
})
find('stop').addEventListener('click', stop)
find('voice').addEventListener('change', showEmotions)
find('speed').addEventListener('input', () => {
  find('speed-value').textContent = Number(find('speed').value).toFixed(2)
})
find('key').addEventListener('change', ({ target }) => {
  setKey(target.value)
  tell()
  guarded(loadVoices)()
})
for (const button of document.querySelectorAll('.copy')) button.addEventListener('click', guarded(copy))
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') stop()
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) find('request').requestSubmit()
})

for (const id of ['language', 'said-language']) fill(find(id), languages)
guarded(loadVoices)()
