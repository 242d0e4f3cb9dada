export { joinBytes } from './bytes.js'
export { type AudioEncoder, createEncoder, type EncoderOptions } from './encoder.js'
export { AudioFileWriter } from './file-writer.js'
export {
  type AudioFormat,
  type AudioFormatInfo,
  audioFormats,
  formatOfFile,
  isAudioFormat,
  type SoundFormat
} from './formats.js'
export { Resampler } from './resampler.js'
export { keepEncoderThread } from './threads/pool.js'
export { encodeSamples, encodeWav, wavHeader, type WavFormat, wavFormats } from './wav.js'
