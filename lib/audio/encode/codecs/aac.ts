import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { FileError, MissingProgramError } from '../../../errors.js'
import { joinBytes } from '../bytes.js'
import type { Codec } from '../codec.js'
import { encodeSamples } from '../wav.js'

type Ffmpeg = ChildProcess & { stdin: Writable; stdout: Readable; stderr: Readable }

const BIT_RATE = '96k'

/**
 * AAC in ADTS frames, by the ffmpeg that is on PATH: no free encoder of it can be carried along.
 * @throws {MissingProgramError} there is no ffmpeg.
 */
export async function openAac(sampleRate: number): Promise<Codec> {
  const ffmpeg = await startFfmpeg(sampleRate)
  let ready: Uint8Array[] = []
  let complaint = ''
  ffmpeg.stdout.on('data', (bytes: Buffer) => ready.push(bytes))
  ffmpeg.stderr.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-500)))
  ffmpeg.stdin.on('error', () => undefined) // it ended early; its exit code tells
  const ended = new Promise<number | null>((resolve) => ffmpeg.once('close', resolve))
  const take = (): Uint8Array => {
    const bytes = joinBytes(ready)
    ready = []
    return bytes
  }
  return {
    write: async (samples) => {
      // Where ffmpeg ends early the pipe breaks; its exit code tells why, at the end.
      if (!ffmpeg.stdin.write(encodeSamples(samples))) {
        await Promise.race([once(ffmpeg.stdin, 'drain').catch(() => ended), ended])
      }
      return take()
    },
    end: async () => {
      ffmpeg.stdin.end()
      const status = await ended
      if (status !== 0) throw new FileError(`ffmpeg could not encode AAC: ${complaint.trim() || `status ${status}`}`)
      return take()
    },
    close: () => void ffmpeg.kill('SIGKILL')
  }
}

async function startFfmpeg(sampleRate: number): Promise<Ffmpeg> {
  const input = ['-f', 's16le', '-ar', String(sampleRate), '-ac', '1', '-i', 'pipe:0']
  const output = ['-c:a', 'aac', '-b:a', BIT_RATE, '-f', 'adts', 'pipe:1']
  const ffmpeg = spawn('ffmpeg', ['-v', 'error', ...input, ...output], { windowsHide: true }) as Ffmpeg
  try {
    await once(ffmpeg, 'spawn')
  } catch (cause) {
    throw new MissingProgramError(
      'AAC needs the program ffmpeg on PATH; install it (apt install ffmpeg, brew install ffmpeg) or choose mp3 or opus',
      { cause }
    )
  }
  return ffmpeg
}
