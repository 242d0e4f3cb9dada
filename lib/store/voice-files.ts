import { posix } from 'node:path'
import { DownloadError } from '../errors.js'
import type { HubFile } from './hub.js'

const recordings = /\.(wav|flac|mp3|ogg|opus|m4a)$/i
const transcripts = /\.(txt|lab)$/i
const MOST_RECORDINGS = 8
const LONGEST_RECORDING = 20 << 20

/** Whether a file's name is that of a part of a voice. */
export function isVoiceFile(name: string): boolean {
  return /\.(ckpt|pth|tar)$/i.test(name) || recordings.test(name) || transcripts.test(name)
}

/**
 * The files of a repository that are a voice: one `.tar`, else one `.ckpt` and one `.pth`, of the folder `path`, with the
 * recordings beside them.
 * @throws {DownloadError} there are none, or several; the message lists them.
 */
export function chooseFiles(files: readonly HubFile[], path: string, repository: string): HubFile[] {
  const inside = path === '' ? files : files.filter((file) => file.path.startsWith(`${path}/`))
  if (inside.length === 0) throw new DownloadError(`${repository} holds no ${path || 'files'}`)
  const ending = (end: string): HubFile[] => inside.filter((file) => file.path.toLowerCase().endsWith(end))
  const archives = ending('.tar')
  const [gpt, sovits] = [ending('.ckpt'), ending('.pth')]
  if (archives.length === 1) return archives
  if (archives.length === 0 && gpt.length === 1 && sovits.length === 1) {
    return [gpt[0]!, sovits[0]!, ...recordingsBeside(inside, gpt[0]!)]
  }
  const choices = [...archives, ...gpt, ...sovits].map((file) => `  ${repository}/${file.path}`)
  throw new DownloadError(
    choices.length === 0
      ? `${repository} holds neither a .tar nor a .ckpt and a .pth`
      : `${repository} holds more than one voice, or half of one; name the files of one:\n${choices.slice(0, 50).join('\n')}`
  )
}

function recordingsBeside(files: readonly HubFile[], gpt: HubFile): HubFile[] {
  const beside = files.filter((file) => posix.dirname(file.path).startsWith(posix.dirname(gpt.path)))
  const small = beside.filter((file) => recordings.test(file.path) && file.bytes <= LONGEST_RECORDING)
  const some = small.slice(0, MOST_RECORDINGS)
  const stems = new Set(some.map(stem))
  return [...some, ...beside.filter((file) => transcripts.test(file.path) && stems.has(stem(file)))]
}

function stem(file: HubFile): string {
  return file.path.slice(0, -posix.extname(file.path).length)
}

export function isRecording(name: string): boolean {
  return recordings.test(name)
}
