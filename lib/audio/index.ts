export { decodeAudio, type DecodedAudio, type DecodeOptions } from './decode.js'
export {
  type AudioEncoder,
  AudioFileWriter,
  type AudioFormat,
  type AudioFormatInfo,
  audioFormats,
  createEncoder,
  type EncoderOptions,
  encodeSamples,
  encodeWav,
  formatOfFile,
  isAudioFormat,
  joinBytes,
  keepEncoderThread,
  Resampler,
  type SoundFormat,
  wavHeader,
  type WavFormat,
  wavFormats
} from './encode/index.js'
export { findPlayer, openPlayback, type Playback, type Player, players } from './playback/index.js'
export { type AudioFile, readAudioFile } from './read-file.js'
export { trimReference } from './trim-reference.js'
