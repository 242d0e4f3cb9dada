import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { MissingProgramError } from '../../errors.js'

/** A program that plays sound. */
export interface Player {
  readonly program: string
  readonly platforms: readonly NodeJS.Platform[]
  /** Arguments to play 16-bit samples of standard input. */
  readonly stream?: (sampleRate: number) => readonly string[]
  /** Arguments to play a WAV file, of a program that reads no standard input. */
  readonly file?: (path: string) => readonly string[]
}

const rate = String
const sox = (hertz: number): string[] => [
  '-q',
  '-t',
  'raw',
  '-r',
  rate(hertz),
  '-e',
  'signed',
  '-b',
  '16',
  '-c',
  '1',
  '-'
]
const ffplay = (hertz: number): string[] =>
  ['-v', 'error', '-nodisp', '-autoexit', '-f', 's16le', '-ar', rate(hertz), '-i', 'pipe:0'] // prettier-ignore
// A quote in a PowerShell string is written twice.
const soundPlayer = (path: string): string =>
  `(New-Object System.Media.SoundPlayer '${path.replaceAll("'", "''")}').PlaySync()`

/** Players in the order they are tried. */
export const players: readonly Player[] = [
  {
    program: 'paplay',
    platforms: ['linux'],
    stream: (hertz) => ['--raw', `--rate=${hertz}`, '--format=s16le', '--channels=1']
  },
  {
    program: 'aplay',
    platforms: ['linux'],
    stream: (hertz) => ['-q', '-t', 'raw', '-f', 'S16_LE', '-r', rate(hertz), '-c', '1', '-']
  },
  { program: 'play', platforms: ['linux', 'darwin'], stream: sox },
  { program: 'ffplay', platforms: ['linux', 'darwin', 'win32'], stream: ffplay },
  { program: 'afplay', platforms: ['darwin'], file: (path) => [path] },
  {
    program: 'powershell',
    platforms: ['win32'],
    file: (path) => ['-NoProfile', '-NonInteractive', '-Command', soundPlayer(path)]
  }
]

const toInstall: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'apt install alsa-utils (aplay), pulseaudio-utils (paplay), sox (play) or ffmpeg (ffplay)',
  darwin: 'afplay comes with macOS; brew install sox (play) or ffmpeg (ffplay)',
  win32: 'powershell comes with Windows; or install ffmpeg (ffplay)'
}

/**
 * The first player of this platform that is on PATH.
 * @throws {MissingProgramError} naming what can be installed.
 */
export async function findPlayer(platform: NodeJS.Platform = process.platform): Promise<Player> {
  const candidates = players.filter(({ platforms }) => platforms.includes(platform))
  for (const player of candidates) if (await isOnPath(player.program, platform)) return player
  const tried = candidates.map(({ program }) => program).join(', ')
  const advice = toInstall[platform] ?? 'write a file with --out, or speech.toFile, and play it'
  throw new MissingProgramError(`no player was found on PATH (tried ${tried || 'none'}); ${advice}`)
}

async function isOnPath(program: string, platform: NodeJS.Platform): Promise<boolean> {
  const names = platform === 'win32' ? [`${program}.exe`, `${program}.cmd`] : [program]
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean)
  for (const folder of folders) {
    for (const name of names) {
      const isThere = await access(join(folder, name), constants.X_OK).then(
        () => true,
        () => false
      )
      if (isThere) return true
    }
  }
  return false
}
