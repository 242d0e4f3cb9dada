export { decodeAudio, type DecodedAudio, type DecodeOptions } from './decode.js'
export { encodeSamples, encodeWav, wavHeader, type WavFormat } from './encode/index.js'
export { type AudioFile, readAudioFile } from './read-file.js'
export { trimReference } from './trim-reference.js'
