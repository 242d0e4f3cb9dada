import { createRequire } from 'node:module'
import { join } from 'node:path'
import { InternalError } from '../../../../errors.js'
import { packageRoot } from '../../../../package-root.cjs'

/** What opusscript's build of libopus exports, as far as it is used. */
interface Libopus {
  readonly HEAPU8: Uint8Array
  readonly HEAPU16: Uint16Array
  _malloc(bytes: number): number
  _free(pointer: number): void
  readonly OpusScriptHandler: {
    new (sampleRate: number, channels: number, application: number): Handler
    destroy_handler(handler: Handler): void
  }
}

interface Handler {
  /** Takes the bytes of 16-bit samples, one in each 16-bit cell; answers with the packet's length. */
  _encode(input: number, bytes: number, output: number, frameSize: number): number
  _encoder_ctl(request: number, value: number): number
}

export const FRAME = 960 // samples: 20 ms at 48 kHz
const SAMPLE_RATE = 48000
const AUDIO = 2049 // OPUS_APPLICATION_AUDIO
const SET_BITRATE = 4002
const SET_COMPLEXITY = 4010
const BIT_RATE = 64000 // bit/s: transparent for one voice
const COMPLEXITY = 5 // half the time of 10; no difference is heard at this bit rate
const LONGEST_PACKET = 1276

let library: Libopus | undefined

/**
 * One libopus encoder. The package's own class is not used: it writes its input outside the memory that it asked for,
 * so two encoders at work would spoil each other.
 */
export class OpusPackets {
  readonly #library: Libopus
  readonly #input: number
  readonly #output: number
  #handler: Handler | undefined

  constructor() {
    const require = createRequire(join(packageRoot, 'package.json'))
    library ??= (require('opusscript/build/opusscript_native_wasm.js') as () => Libopus)()
    this.#library = library
    this.#input = library._malloc(FRAME * 2 * Uint16Array.BYTES_PER_ELEMENT)
    this.#output = library._malloc(LONGEST_PACKET)
    this.#handler = new library.OpusScriptHandler(SAMPLE_RATE, 1, AUDIO)
    this.#handler._encoder_ctl(SET_BITRATE, BIT_RATE)
    this.#handler._encoder_ctl(SET_COMPLEXITY, COMPLEXITY)
  }

  /** One packet for the bytes of `FRAME` 16-bit samples. */
  encode(bytes: Uint8Array): Uint8Array {
    const { HEAPU8, HEAPU16 } = this.#library
    HEAPU16.set(bytes, this.#input / Uint16Array.BYTES_PER_ELEMENT)
    const length = this.#handler?._encode(this.#input, bytes.length, this.#output, FRAME) ?? 0
    if (length <= 0) throw new InternalError(`libopus answers ${length} for a frame`)
    return HEAPU8.slice(this.#output, this.#output + length)
  }

  close(): void {
    if (!this.#handler) return
    this.#library.OpusScriptHandler.destroy_handler(this.#handler)
    this.#handler = undefined
    this.#library._free(this.#input)
    this.#library._free(this.#output)
  }
}
