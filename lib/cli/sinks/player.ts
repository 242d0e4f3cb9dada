import { openPlayback, type Playback, type Player } from '../../audio/index.js'
import type { SpeechChunk } from '../../types.js'
import type { Sink } from './sink.js'

/** The loudspeaker, through the player that was found. */
export class PlayerSink implements Sink {
  #playback: Playback | undefined

  constructor(private readonly player: Player) {}

  async take({ samples, sampleRate }: SpeechChunk): Promise<void> {
    this.#playback ??= await openPlayback(sampleRate, this.player)
    await this.#playback.write(samples)
  }

  async finish(): Promise<void> {
    await this.#playback?.finish()
  }

  async abandon(): Promise<void> {
    await this.#playback?.stop()
  }
}
