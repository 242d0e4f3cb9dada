export { parseSsml } from './parse.js'
export {
  type SilenceSegment,
  type SpeechSegment,
  type SpeechStyle,
  type SsmlLimits,
  ssmlLimits,
  type SsmlSegment
} from './segment.js'
export { type ChooseSpeaker, speakSsml, type SsmlOptions, type SsmlSpeaker, streamSsml } from './speak.js'
