import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
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
