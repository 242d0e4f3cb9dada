import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { reference, tiny } from '../engine/voice.js'

/** A characters folder as the recorded answers had it: two voices, one without a configuration, one with a broken one. */
export function charactersFolder(root: string): string {
  const folder = join(root, 'characters')
  const alice = join(folder, 'Alice')
  mkdirSync(join(alice, 'refs'), { recursive: true })
  for (const emotion of ['d', 'h']) copyFileSync(reference.audio, join(alice, 'refs', `${emotion}.wav`))
  copyVoice(alice, 'a')
  const emotion = (file: string) => ({
    ref_audio_path: `refs/${file}.wav`,
    prompt_text: 'hello there',
    prompt_language: '英文'
  })
  const config = {
    gpt_path: 'a.ckpt',
    sovits_path: 'a.pth',
    software_version: '1.1',
    emotion_list: { default: emotion('d'), happy: emotion('h') }
  }
  writeFileSync(join(alice, 'infer_config.json'), JSON.stringify(config))
  const bob = join(folder, 'Bob')
  mkdirSync(bob)
  copyVoice(bob, 'b')
  writeFileSync(
    join(bob, 'infer_config.json'),
    JSON.stringify({ ...config, gpt_path: 'b.ckpt', sovits_path: 'b.pth', emotion_list: {} })
  )
  mkdirSync(join(folder, 'EmptyDir'))
  mkdirSync(join(folder, 'BadJson'))
  writeFileSync(join(folder, 'BadJson', 'infer_config.json'), '{ broken')
  return folder
}

export function copyVoice(folder: string, name: string): void {
  copyFileSync(tiny.gpt, join(folder, `${name}.ckpt`))
  copyFileSync(tiny.sovits, join(folder, `${name}.pth`))
}

/**
 * The same weights as a voice of v1: its tables of phones are the first rows of the ones of v2. Only numbers of two bytes
 * in the files' pickles change.
 */
export function copyVoiceAsV1(folder: string, name: string): void {
  const [later, gpt, sovits] = [732, 512, 322].map(pickled) as [Buffer, Buffer, Buffer]
  writeFileSync(join(folder, `${name}.ckpt`), replaced(readFileSync(tiny.gpt), later, gpt))
  writeFileSync(join(folder, `${name}.pth`), replaced(readFileSync(tiny.sovits), later, sovits))
}

function pickled(number: number): Buffer {
  return Buffer.from([0x4d, number & 0xff, number >> 8])
}

/** A checkpoint with other bytes in its pickle, and the checksum that goes with them. */
function replaced(file: Buffer, old: Buffer, fresh: Buffer): Buffer {
  const central = file.lastIndexOf('PK\x01\x02', file.lastIndexOf('data.pkl')) // the directory's row of it
  const [size, local] = [file.readUInt32LE(central + 24), file.readUInt32LE(central + 42)]
  const begin = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28)
  const pickle = file.subarray(begin, begin + size)
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32LE(crc32(pickle))
  replaceAll(pickle, old, fresh)
  const next = Buffer.alloc(4)
  next.writeUInt32LE(crc32(pickle))
  replaceAll(file, checksum, next)
  return file
}

function replaceAll(bytes: Buffer, old: Buffer, fresh: Buffer): void {
  for (let at = bytes.indexOf(old); at >= 0; at = bytes.indexOf(old, at + 1)) bytes.set(fresh, at)
}
