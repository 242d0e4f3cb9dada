import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { packageRoot } from '../../lib/package-root.cjs'

const folder = join(packageRoot, 'test', 'fixtures', 'voice')

/** The tiny voice with random weights: it speaks noise. */
export const tiny = {
  gpt: join(folder, 'voice.ckpt'),
  sovits: join(folder, 'voice.pth'),
  hubert: join(folder, 'hubert')
}
/** The same with a second stage of v2Pro. */
export const tinyPro = { ...tiny, sovits: join(folder, 'pro.pth'), speaker: join(folder, 'speaker.ckpt') }
export const reference = { audio: join(folder, 'reference.wav'), text: 'What the reference says.' }

/** A folder that is gone after the test file. */
export function scratch(): string {
  const path = mkdtempSync(join(tmpdir(), 'gsv-test-'))
  afterAll(() => rmSync(path, { recursive: true, force: true }))
  return path
}
