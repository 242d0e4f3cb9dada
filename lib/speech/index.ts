export { Speech } from './speech.js'
export {
  type Cue,
  cuesOf,
  type SpeechTimings,
  subtitleFormatOfFile,
  subtitleFormats,
  type SubtitleFormat,
  type SubtitleOptions,
  SubtitleWriter,
  timingsOf
} from './subtitles.js'
export { type SpokenSentence, type SpokenWord, Timeline } from './timeline.js'
