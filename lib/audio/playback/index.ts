export { openPlayback, type Playback } from './playback.js'
export { findPlayer, type Player, players } from './players.js'
