export { cacheFolder, contentHash, referencesFolder, writeWhole } from './cache.js'
export { listPublished, type PublishedName } from './catalogue.js'
export { type Imported, importVoice, type ImportOptions, type VoiceSources } from './import.js'
export { type Exported, exportVoice, type ExportOptions } from './export.js'
export { inspect, type Inspection, type TensorInfo } from './inspect.js'
export type { Need } from './needs.js'
export {
  type Inventory,
  listStored,
  removeStored,
  type Selection,
  type StoredItem,
  type Verified,
  verifyStored
} from './inventory.js'
export { DEMO_VOICE, type VoicePlace } from './locate.js'
export { networksOf, openVoice, type VoiceModules } from './open.js'
export { pull, type Pulled, type PullOptions, type PullProgress } from './pull.js'
export { findPulled } from './pulled.js'
export { withPulled } from './sources.js'
export { superSampledRate } from './super-sampler.js'
export { readVoiceFile, type VoiceFile } from './voice-file.js'
