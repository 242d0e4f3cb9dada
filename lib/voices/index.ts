export { type Character, type Emotion, emotionOf, type VoiceModel } from './character.js'
export { Characters, type CharactersOptions } from './characters.js'
export { languageOfName } from './language-names.js'
export { type Lease, type PoolConfig, type PoolOptions, voiceKey, VoicePool } from './pool.js'
