export { encodeSamples, encodeWav, wavHeader, type WavFormat } from './wav.js'
