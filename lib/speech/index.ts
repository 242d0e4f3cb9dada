export { Speech, type SpeechFormat, type SpokenSentence } from './speech.js'
