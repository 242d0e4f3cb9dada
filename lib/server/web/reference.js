import { upload } from './api.js'
import { Recorder } from './recorder.js'

const LONGEST_SECONDS = 10
const MOST_BYTES = 20 * 2 ** 20

const find = (id) => document.getElementById(id)

/** The recording to copy: dropped, chosen or recorded here. */
export class ReferenceForm {
  /** Of the recording that the server has: `{ id, seconds }`. */
  uploaded
  #recorder
  #tell

  /** `tell(error)` shows what went wrong, or with nothing takes it away. */
  constructor(tell) {
    this.#tell = tell
    const drop = find('drop')
    find('file').addEventListener('change', ({ target }) => this.#choose(target.files[0]))
    find('record').addEventListener('click', () => this.#guard(() => this.#toggle()))
    find('forget').addEventListener('click', () => this.forget())
    for (const type of ['dragenter', 'dragover']) {
      drop.addEventListener(type, (event) => {
        event.preventDefault()
        drop.classList.add('over')
      })
    }
    drop.addEventListener('dragleave', () => drop.classList.remove('over'))
    drop.addEventListener('drop', (event) => {
      event.preventDefault()
      drop.classList.remove('over')
      this.#choose(event.dataTransfer.files[0])
    })
  }

  /** Fields of a request. */
  get fields() {
    if (!this.uploaded) return {}
    const said = find('said').value.trim()
    const about = said && { uploadText: said, uploadLanguage: find('said-language').value }
    return { upload: this.uploaded.id, ...about }
  }

  forget() {
    this.uploaded = undefined
    URL.revokeObjectURL(find('preview').src)
    find('preview').removeAttribute('src')
    find('reference').hidden = true
    find('emotion').disabled = false
    find('file').value = ''
    find('said').value = ''
    find('record').focus()
  }

  #choose(file) {
    if (file) this.#guard(() => this.#send(file))
  }

  async #send(blob) {
    if (blob.size > MOST_BYTES) throw new Error('The file is larger than 20 MB; 3 to 10 s of speech are enough.')
    this.uploaded = await upload(blob)
    URL.revokeObjectURL(find('preview').src)
    find('preview').src = URL.createObjectURL(blob)
    find('reference').hidden = false
    find('emotion').disabled = true // an emotion is a recording too
    find('said').focus()
  }

  async #toggle() {
    if (this.#recorder) return this.#finish()
    const recorder = new Recorder()
    recorder.addEventListener('level', ({ detail }) => {
      // It falls slowly, so that a word is seen.
      find('level').value = Math.max(detail, find('level').value * 0.85)
      find('record-time').textContent = `${recorder.seconds.toFixed(1)} s of 3 to 10`
      if (recorder.seconds >= LONGEST_SECONDS - 0.1) this.#guard(() => this.#finish())
    })
    try {
      await recorder.start()
    } catch (cause) {
      throw new Error(`The microphone cannot be used: ${cause.message}`, { cause })
    }
    this.#recorder = recorder
    this.#show(true)
  }

  async #finish() {
    const recorder = this.#recorder
    if (!recorder) return
    this.#recorder = undefined
    this.#show(false)
    await this.#send(await recorder.stop())
  }

  #show(isRecording) {
    find('record').classList.toggle('recording', isRecording)
    find('record-label').textContent = isRecording ? 'Stop recording' : 'Record'
    find('level').hidden = !isRecording
    find('record-time').hidden = !isRecording
  }

  async #guard(act) {
    this.#tell()
    try {
      await act()
    } catch (error) {
      this.#tell(error)
    }
  }
}
