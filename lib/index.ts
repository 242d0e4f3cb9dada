export {
  type AudioEncoder,
  type AudioFormat,
  type AudioFormatInfo,
  audioFormats,
  createEncoder,
  type EncoderOptions,
  type SoundFormat
} from './audio/index.js'
export * from './errors.js'
export { GptSovits } from './gpt-sovits.js'
export { cutMethods, type GptSovitsConfig, languageModes, numberRules, type SynthesisOptions } from './options.js'
export type { PreparedReference } from './reference.js'
export {
  Speech,
  type SpeechTimings,
  type SpokenSentence,
  type SpokenWord,
  type SubtitleFormat,
  type SubtitleOptions,
  SubtitleWriter,
  Timeline,
  timingsOf
} from './speech/index.js'
export {
  type ChooseSpeaker,
  parseSsml,
  speakSsml,
  type SsmlLimits,
  type SsmlOptions,
  type SsmlSegment,
  type SsmlSpeaker,
  streamSsml
} from './ssml/index.js'
export {
  type Exported,
  type ExportOptions,
  exportVoice,
  type Imported,
  type ImportOptions,
  importVoice,
  inspect,
  type Inspection,
  type Inventory,
  listStored,
  type Need,
  pull,
  type Pulled,
  type PullOptions,
  type PullProgress,
  removeStored,
  type Selection,
  type StoredItem,
  type VoicePlace,
  type VoiceSources,
  type Verified,
  verifyStored
} from './store/index.js'
export type { ChunkMode } from './options.js'
export type { CutMethod, LanguageMode, Lexicon, TextStream } from './text/index.js'
export type { Logger, ReferenceInput, SpeechChunk, SynthesisProgress, VoiceInfo, WeightedRecording } from './types.js'
