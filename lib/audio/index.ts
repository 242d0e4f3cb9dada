export { decodeAudio, type DecodedAudio, type DecodeOptions } from './decode.js'
export {
  type AudioEncoder,
  type AudioFormat,
  type AudioFormatInfo,
  audioFormats,
  createEncoder,
  type EncoderOptions,
  encodeSamples,
  encodeWav,
  formatOfFile,
  isAudioFormat,
  isWavFormat,
  joinBytes,
  Resampler,
  wavHeader,
  type WavFormat
} from './encode/index.js'
export { type AudioFile, readAudioFile } from './read-file.js'
export { trimReference } from './trim-reference.js'
