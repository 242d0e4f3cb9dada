import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FileError } from '../../errors.js'
import { AudioFileWriter, encodeSamples } from '../encode/index.js'
import { findPlayer, type Player } from './players.js'

/** Sound on its way to the loudspeaker. */
export interface Playback {
  /** Mono samples in [-1, 1]. Resolves when the next ones may come: a little ahead of what is heard. */
  write(samples: Float32Array): Promise<void>
  /** Resolves when everything was heard. */
  finish(): Promise<void>
  /** Ends the sound at once; harmless after `finish`. */
  stop(): Promise<void>
}

/**
 * Plays samples through the system's player, or the one that `findPlayer` found before.
 * @throws {MissingProgramError} there is none. @throws {FileError} by `write` and `finish`: the player failed.
 */
export async function openPlayback(sampleRate: number, player?: Player): Promise<Playback> {
  const found = player ?? (await findPlayer())
  return found.stream
    ? new StreamingPlayback(found.program, found.stream(sampleRate))
    : FilePlayback.open(found, sampleRate)
}

/** Plays while samples come. */
class StreamingPlayback implements Playback {
  readonly #process
  readonly #ended: Promise<void>

  constructor(program: string, args: readonly string[]) {
    this.#process = spawn(program, args, { stdio: ['pipe', 'ignore', 'pipe'] })
    this.#process.stdin.on('error', () => undefined) // its exit code tells
    this.#ended = outcome(this.#process, program)
    this.#ended.catch(() => undefined) // told at the next write, or at the end
  }

  async write(samples: Float32Array): Promise<void> {
    const { stdin } = this.#process
    if (stdin.write(encodeSamples(samples))) return
    // A player that ended early breaks the pipe; why, its exit tells.
    const drained = once(stdin, 'drain').catch(() => this.#ended)
    await Promise.race([drained, this.#ended])
  }

  async finish(): Promise<void> {
    this.#process.stdin.end()
    await this.#ended
  }

  async stop(): Promise<void> {
    this.#process.kill()
  }
}

/** Plays when everything came: the program reads only files. */
class FilePlayback implements Playback {
  #process: ChildProcess | undefined

  private constructor(
    private readonly player: Player,
    private readonly folder: string,
    private readonly file: AudioFileWriter
  ) {}

  static async open(player: Player, sampleRate: number): Promise<FilePlayback> {
    const folder = await mkdtemp(join(tmpdir(), 'gpt-sovits-play-'))
    return new FilePlayback(player, folder, await AudioFileWriter.open(join(folder, 'speech.wav'), 'wav', sampleRate))
  }

  write(samples: Float32Array): Promise<void> {
    return this.file.write(samples)
  }

  async finish(): Promise<void> {
    await this.file.finish()
    const args = this.player.file?.(join(this.folder, 'speech.wav')) ?? []
    this.#process = spawn(this.player.program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
    await outcome(this.#process, this.player.program).finally(() => this.stop())
  }

  async stop(): Promise<void> {
    this.#process?.kill()
    await this.file.abandon()
    await rm(this.folder, { recursive: true, force: true })
  }
}

async function outcome(child: ChildProcess, program: string): Promise<void> {
  let complaint = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-300)))
  const [status, signal] = (await once(child, 'close')) as [number | null, string | null]
  if (status === 0 || signal !== null) return
  throw new FileError(`${program} could not play: ${complaint.trim() || `status ${status}`}`)
}
