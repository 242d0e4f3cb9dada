import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AudioFileWriter, encodeSamples } from '../../audio/index.js'
import { FileError } from '../../errors.js'
import type { SpeechChunk } from '../../types.js'
import type { Player } from './players.js'
import type { Sink } from './sink.js'

/** The loudspeaker, through the player that was found. */
export function playerSink(player: Player): Sink {
  return player.stream ? new StreamingPlayer(player, player.stream) : new FilePlayer(player)
}

/** Plays while it is spoken. */
class StreamingPlayer implements Sink {
  #process: ChildProcess | undefined
  #ended: Promise<void> | undefined

  constructor(
    private readonly player: Player,
    private readonly arguments_: (sampleRate: number) => readonly string[]
  ) {}

  async take({ samples, sampleRate }: SpeechChunk): Promise<void> {
    const input = this.#start(sampleRate)
    if (!input.write(encodeSamples(samples))) await Promise.race([once(input, 'drain'), this.#ended])
  }

  async finish(): Promise<void> {
    this.#process?.stdin?.end()
    await this.#ended
  }

  async abandon(): Promise<void> {
    this.#process?.kill()
  }

  #start(sampleRate: number): NonNullable<ChildProcess['stdin']> {
    if (!this.#process) {
      this.#process = spawn(this.player.program, this.arguments_(sampleRate), { stdio: ['pipe', 'ignore', 'pipe'] })
      this.#process.stdin?.on('error', () => undefined) // its exit code tells
      this.#ended = outcome(this.#process, this.player.program)
      this.#ended.catch(() => undefined) // told at the next chunk, or at the end
    }
    return this.#process.stdin as NonNullable<ChildProcess['stdin']>
  }
}

/** Plays when all is spoken: the program reads only files. */
class FilePlayer implements Sink {
  #folder: string | undefined
  #file: AudioFileWriter | undefined
  #process: ChildProcess | undefined

  constructor(private readonly player: Player) {}

  async take({ samples, sampleRate }: SpeechChunk): Promise<void> {
    this.#folder ??= await mkdtemp(join(tmpdir(), 'gpt-sovits-play-'))
    this.#file ??= await AudioFileWriter.open(join(this.#folder, 'speech.wav'), 'wav', sampleRate)
    await this.#file.write(samples)
  }

  async finish(): Promise<void> {
    await this.#file?.finish()
    const path = join(this.#folder ?? '', 'speech.wav')
    this.#process = spawn(this.player.program, this.player.file?.(path) ?? [], { stdio: ['ignore', 'ignore', 'pipe'] })
    await outcome(this.#process, this.player.program)
    await this.abandon()
  }

  async abandon(): Promise<void> {
    this.#process?.kill()
    await this.#file?.abandon()
    if (this.#folder) await rm(this.#folder, { recursive: true, force: true })
    this.#folder = undefined
  }
}

async function outcome(child: ChildProcess, program: string): Promise<void> {
  let complaint = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-300)))
  const [status, signal] = (await once(child, 'close')) as [number | null, string | null]
  if (status === 0 || signal !== null) return
  throw new FileError(`${program} could not play: ${complaint.trim() || `status ${status}`}`)
}
