export { joinBytes } from './bytes.js'
export { type AudioEncoder, createEncoder, type EncoderOptions } from './encoder.js'
export { type AudioFormat, type AudioFormatInfo, audioFormats, formatOfFile, isAudioFormat } from './formats.js'
export { encodeSamples, encodeWav, isWavFormat, wavHeader, type WavFormat } from './wav.js'
